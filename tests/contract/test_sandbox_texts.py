"""Texts of every alphabet and length through the script engine: in, stored, found again, and out."""

from __future__ import annotations

import json

import pytest

from consumer.sandbox.netsuite.profile import Profile
from tests.support.restlet import NetSuite, customer, invoice

WIDE = ["€", "日本語", "Ünïcödé", "\U0001f4b6", "e\u0301", "\u05d0\u202e"]  # fmt: skip
LENGTHS = [1, 511, 512, 4000, 20_000]


@pytest.fixture(scope="module")
def engine():
    return NetSuite()


@pytest.mark.parametrize("char", WIDE)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(
    "statement",
    [
        "return text;",
        "return {text};",
        "return `${text}`;",
        "return [''.concat(text.slice(0, 300), text.slice(300))];",
        "log.error(text); return {text};",
        "return {[`${text}`]: 1};",
        "throw error.create({name: 'X', message: text});",
        "throw error.create({name: text, message: 'X'});",
        "throw new Error(text);",
        "throw text;",
        "return record.load({type: text, id: 1});",
        "return search.create({type: 'customer', filters: ['companyname', 'is', text]}).run().getRange(0, 1)",
    ],
)
def test_a_text_leaves_the_engine_whole(engine, char, length, statement):
    plain, wide = "x" * (length - 1), char
    answer = engine.run(f"const text = 'x'.repeat({len(plain)}) + {json.dumps(wide)}; {statement}")

    if "search" in statement:
        assert answer == []
    else:
        assert plain + wide in json.dumps(answer, ensure_ascii=False).replace("\\\\", "\\")


def of_length(length, char):
    return "x" * (length - len(char)) + char


@pytest.mark.parametrize("char", WIDE)
def test_a_document_with_such_names_numbers_and_memos_is_written_and_found_again(char):
    netsuite = NetSuite()
    name, number, memo = of_length(80, char), of_length(45, char), of_length(999, char)
    netsuite.write(customer(columns={"companyname": name, "entityid": name}))
    item = invoice(columns={"memo": memo, "tranid": number})
    item["record"]["lines"][0]["lineItems"][0]["description"] = of_length(4000, char)
    first, again = netsuite.write(item)[0], netsuite.write(item)[0]

    assert (first["status"], again["status"]) == ("created", "exists"), first
    assert first["number"] == again["number"] == number
    stored = netsuite.one("invoice")
    assert stored["memo"] == memo
    assert stored["lines"][0]["description"] == of_length(4000, char)
    assert netsuite.one("customer")["companyname"] == name


@pytest.mark.parametrize("char", WIDE)
def test_a_refusal_quotes_such_a_text(char):
    netsuite = NetSuite()
    wrong = "9" * 4000 + char
    netsuite.write(customer())
    (answer,) = netsuite.write(invoice(columns={"entity": {"externalId": wrong}}))

    assert answer["status"] == "error"
    assert wrong in answer["error"]["message"]


def test_an_item_with_such_a_name_stands_in_the_catalog():
    profile = Profile.load()
    named = [profile.items[0].model_copy(update={"id": str(n), "name": f"{n} € plan 💶"}) for n in range(200)]
    netsuite = NetSuite(items=tuple(named))
    answer = netsuite.call({"v": 1, "op": "catalog", "request_id": "r", "kind": "items"})

    assert answer.status == 200, answer.body
    assert {row["name"] for row in json.loads(answer.body)["catalog"]["rows"]} == {
        item.name for item in named
    }
