"""`explain` names the setting behind every choice, with its line, and what would have chosen otherwise."""

import asyncio
import io
import json

import pytest
from rich.console import Console

from consumer.commands import explain, lago_lookup
from consumer.commands.explain import ignoring, setting, tables
from consumer.commands.explain.explanation import Explanation
from consumer.config import connections_file
from consumer.config.settings import Settings
from consumer.errors import LagoNetsuiteError
from consumer.lago.lookup_result import Found
from consumer.pipeline import dry_run, routing
from schemas import envelope
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection, settings, yaml_text

RECEIPT = lago.body(lago.event("payment_receipt.created", lago.payment_receipt()))
NOTE = lago.body(lago.event("credit_note.created", lago.credit_note()))
CUSTOMER = lago.body(lago.event("customer.created", lago.customer()))
LINKED = lago.body(lago.event("customer.updated", lago.customer(integration_customers=[lago.link()])))
INDIVIDUAL = lago.body(lago.event("customer.created", lago.individual()))
VOID = lago.invoice_event("invoice.voided")


@pytest.fixture
def load(tmp_path):
    """The connections of a file, which know their lines."""

    def write(*entries):
        file = tmp_path / "connections.yaml"
        file.write_text(yaml_text(*entries))
        return connections_file.load(file)

    return write


def explained(value, connections=None, code=None):
    chosen = connections or (connection(),)
    return Explanation(dry_run.of(value, chosen, code), chosen)


def choice_of(told, about, what):
    [found] = [each for each in told.choices if each.about.endswith(about) and each.what == what]
    return found


def effects(choice):
    return {each.rule: each.effect for each in choice.alternatives}


def shown(told, width=100):
    out = io.StringIO()
    tables.show(told, Console(file=out, width=width))
    return out.getvalue()


def test_an_item_names_its_setting_and_line_and_what_would_have_won(load):
    """A billing entity's own item would take precedence; the fallback is weaker and has no effect."""
    connections = load(settings())

    found = choice_of(explained(lago.invoice_event(), connections), "api_calls", "item")

    assert (found.value, found.rule) == ("811", "mapping.billable_metrics.api_calls")
    assert found.at == connections[0].at("mapping.billable_metrics.api_calls")
    assert effects(found)["mapping.billing_entities.acme-eu.billable_metrics.api_calls"] == "would win"
    assert effects(found)["mapping.fallback_item"] == "is weaker"
    [weaker] = [each for each in found.alternatives if each.effect == "is weaker"]
    assert weaker.value == "item 801, account 4000"
    assert weaker.at == connections[0].at("mapping.fallback_item")


def test_what_would_win_wins_once_it_is_set(load):
    """The advice is tried: each setting named as stronger, added to the file, decides."""
    event = lago.invoice_event()
    advised = choice_of(explained(event, load(settings())), "api_calls", "item")

    for rule in (each.rule for each in advised.alternatives if each.effect == "would win"):
        *parents, key = rule.removeprefix("mapping.").split(".")
        mapping = json.loads(json.dumps(FULL_MAPPING))
        place = mapping
        for parent in parents:
            place = place.setdefault(parent, {})
        place[key] = {"id": "999"}
        after = choice_of(explained(event, load(settings(mapping=mapping))), "api_calls", "item")
        assert (after.value, after.rule) == ("999", rule)


def test_a_fallback_says_which_specific_settings_are_missing():
    """What a finance person adds next."""
    told = explained(lago.invoice_event(content=lago.invoice([lago.fee("charge", code="gpu")])))

    found = choice_of(told, "gpu", "item")
    assert found.is_fallback
    assert effects(found)["mapping.billable_metrics.gpu"] == "would win"
    assert "801 (a fallback)" in shown(told)


def test_an_account_is_the_mappings_or_the_items_own():
    """With the place where one would be set."""
    told = explained(lago.invoice_event(content=lago.invoice([lago.fee("charge"), lago.fee("commitment")])))

    mapped, own = (each for each in told.choices if each.what == "account")
    assert (mapped.value, mapped.rule) == ("4010", "mapping.billable_metrics.api_calls.account")
    assert own.value == "the item's own, in NetSuite"
    assert effects(own) == {"mapping.minimum_commitment.account": "would win"}


def test_a_tax_code_belongs_to_its_line_and_names_the_single_tax_that_would_win():
    """The rules of a billing entity stand in the place of all of the organisation's."""
    invoice = lago.invoice([lago.fee("charge", tax_rate=20)])

    found = choice_of(explained(lago.invoice_event(content=invoice)), "api_calls", "tax code")

    code = invoice["applied_taxes"][0]["tax_code"]
    assert (found.about, found.value, found.rule) == ("line 1: api_calls", "5/6", "mapping.tax")
    assert effects(found) == {
        "mapping.billing_entities.acme-eu.tax": "would win",
        f"mapping.tax.taxes.{code}": "would win",
    }


def test_a_billing_entitys_setting_names_the_organisations_as_weaker():
    """Both levels are named, whichever applies."""
    mapping = FULL_MAPPING | {
        "fields": {"invoice": {"location": "3"}},
        "billing_entities": {"acme-eu": {"fields": {"invoice": {"location": "4"}}, "subsidiary": "2"}},
    }

    told = explained(lago.invoice_event(), (connection(mapping=mapping),))

    location, [subsidiary, *_] = (
        choice_of(told, "document", "location"),
        [each for each in told.choices if each.what == "subsidiary"],
    )
    assert (location.value, effects(location)) == ("4", {"mapping.fields.invoice.location": "is weaker"})
    assert (subsidiary.value, effects(subsidiary)) == ("2", {"customers.subsidiary": "is weaker"})


def test_an_expression_is_shown_beside_its_value():
    """So that one sees why it came to that."""
    fields = {"invoice": {"location": {"expr": "customer.country == 'DE' ? '4' : '1'"}}}

    told = explained(lago.invoice_event(), (connection(mapping=FULL_MAPPING | {"fields": fields}),))

    found = choice_of(told, "document", "location")
    assert (found.value, found.given) == ("4", "customer.country == 'DE' ? '4' : '1'")
    assert "country == 'DE'" in shown(told, width=200)


def test_what_no_setting_decides_is_said_too():
    """The subsidiary is the customer's, the money goes to undeposited funds, the method stays empty."""
    of_invoice, of_payment = explained(lago.invoice_event()), explained(RECEIPT)

    assert choice_of(of_invoice, "document", "subsidiary").value == "the customer's, in NetSuite"
    assert choice_of(of_payment, "document", "account").value == "undeposited funds"
    method = choice_of(of_payment, "document", "paymentmethod")
    assert method.value == "left empty"
    assert any(each.rule.startswith("mapping.payments.methods.") for each in method.alternatives)


@pytest.mark.parametrize(
    "value",
    [lago.invoice_event(), NOTE, RECEIPT, CUSTOMER, LINKED, INDIVIDUAL, VOID],
    ids=["invoice", "note", "receipt", "customer", "linked", "individual", "void"],
)
@pytest.mark.parametrize("mode", ["suitetax", "legacy", "tax_line", "none"])
def test_no_field_is_left_unexplained(value, mode):
    """Every field of every record says where its value comes from."""
    mapping = FULL_MAPPING | {"tax": {"mode": mode, "type": "5", "code": "6", "item": "9", "nexus": "9"}}
    mapping |= {"payments": {"account": "1001"}}
    full = connection(mapping=mapping, sync={"sales_orders": True})

    told = explained(value, (full,))

    unexplained = [(sent.type, each.name) for sent in told.sent for each in sent.fields if not each.origin]
    assert unexplained == []
    assert told.sent or told.problems


def test_a_rejection_says_what_to_change_and_which_settings_would_do():
    """Each problem by itself, although the error event joins them."""
    bare = connection(mapping={"currencies": {"EUR": "2"}})
    two = lago.invoice([lago.fee("charge", code="x"), lago.fee("charge", code="y")], currency="GBP")

    told = explained(lago.invoice_event(content=two), (bare,))

    text = shown(told)
    assert [each.code for each in told.problems] == ["invalid_mapping", "invalid_mapping", "unknown_currency"]
    assert "mapping.billing_entities.acme-eu.billable_metrics.x" in text.replace("\n", "")
    assert "3. " in text
    assert told.as_json()["problems"][0]["settings"][0]["rule"].endswith("acme-eu.billable_metrics.x")


RULES = {
    "event_type": (lago.invoice_event("invoice.drafted"), {}, ""),
    "sync_disabled": (lago.invoice_event(), {"sync": {"invoices": False}}, "sync.invoices"),
    "customers_never_created": (CUSTOMER, {"customers": {"create": "never"}}, "customers.create"),
    "self_billed": (lago.invoice_event(self_billed=True), {}, ""),
    "not_finalized": (lago.invoice_event(status="draft"), {}, ""),
    "before_start_date": (lago.invoice_event(), {"start_date": "2030-01-01"}, "start_date"),
}


@pytest.mark.parametrize("rule", RULES)
def test_an_ignored_event_names_the_rule_why_it_applies_and_the_setting(rule):
    """And where the setting stands, if it is one."""
    value, changes, path = RULES[rule]

    told = explained(value, (connection(**changes),))

    assert told.ignoring is not None
    assert (told.ignoring.rule, told.ignoring.setting) == (rule, path)
    assert told.ignoring.because
    assert f"ignored by the rule {rule}" in shown(told)


def test_every_rule_that_ignores_has_an_explanation():
    """A rule added to the routes needs one."""
    listed = {part for part in (routing.__doc__ or "").split("``") if part.isidentifier()}
    event = envelope.decode(lago.invoice_event())

    said = {rule: ignoring.of(rule, event, connection(), (connection(),)).because for rule in listed}

    assert len(listed) == 15
    assert not [rule for rule, because in said.items() if because == f"the rule {rule} says so"]


@pytest.mark.parametrize(
    ("value", "because"),
    [
        (lago.invoice_event(), "its select rules let the event pass: billing_entities acme-eu"),
        (lago.invoice_event(billing_entity_code="acme-it"), "it does not claim this event of organisation"),
        (LINKED, "Lago links the customer here"),
        (RECEIPT, "no other connection carries payments"),
        (b"garbage", "the first connection answers for what nobody can decode"),
    ],
)
def test_why_an_event_is_this_connections(value, because):
    """The first thing one asks with several accounts."""
    europe = connection(code="netsuite-eu", select={"billing_entities": ["acme-eu"]})
    france = connection(
        code="netsuite-fr", select={"billing_entities": ["acme-fr"]}, sync={"payments": False}
    )

    assert explained(value, (europe, france)).owner.because.startswith(because)


def test_another_connections_event_names_whose_it_is():
    """Asked of one by its code."""
    europe = connection(code="netsuite-eu", select={"billing_entities": ["acme-eu"]})
    france = connection(code="netsuite-fr", select={"billing_entities": ["acme-fr"]})

    told = explained(lago.invoice_event(), (europe, france), code="netsuite-fr")

    assert told.ignoring is not None
    assert told.ignoring.because == "connection netsuite-eu claims it"


def test_a_look_up_is_announced_and_not_listed_as_a_choice():
    """Its answer may change what is sent."""
    asking = connection(lago={"api_url": "https://api.lago.example", "api_key": "env:KEY"})

    told = explained(lago.invoice_event(), (asking,))

    assert "first asks Lago's API about customer cus_7f21c0" in shown(told)
    assert all("look up" not in each.value for each in told.choices)


def test_the_json_holds_choices_records_and_the_hash_that_plan_has():
    """For machines."""
    found = explained(lago.invoice_event()).as_json()

    assert found["planned"]["outcome"] == "request"
    assert len(found["planned"]["sha256"]) == 64
    assert {"for", "what", "value", "rule", "at", "alternatives"} <= set(found["choices"][0])
    assert [each["type"] for each in found["records"]] == ["customer", "invoice"]
    assert json.dumps(found)


def test_what_the_event_itself_decides_stands_in_no_file():
    """A link's subsidiary is Lago's to change."""
    told = explained(LINKED)

    found = choice_of(told, "customer", "subsidiary")
    assert (found.value, found.rule) == ("4", "event.integration_customers.subsidiary_id")
    assert found.at == ""


def test_a_customer_without_subsidiary_names_the_settings_that_give_one():
    """NetSuite refuses such a customer where an account has several."""
    told = explained(CUSTOMER, (connection(customers={"subsidiary": None}),))

    found = choice_of(told, "customer", "subsidiary")
    assert found.value == "none is sent"
    assert set(effects(found)) == {"mapping.billing_entities.acme-eu.subsidiary", "customers.subsidiary"}


def test_a_code_with_dots_is_found():
    """Codes are whatever people call their metrics."""
    dotted = connection(mapping={"billable_metrics": {"api.calls.v2": {"id": "7", "account": "8"}}})

    assert setting.value_at(dotted, "mapping.billable_metrics.api.calls.v2.account") == "8"
    assert setting.value_at(dotted, "mapping.billable_metrics.api.calls.v3") is None


def explain_place(place, capsys):
    asyncio.run(explain.run(Settings(), str(place), (connection(),), None, as_json=True))
    decoder, printed, found = json.JSONDecoder(), capsys.readouterr().out.strip(), []
    while printed:
        value, end = decoder.raw_decode(printed)
        found.append(value["event"])
        printed = printed[end:].strip()
    return found


def test_one_event_of_a_file_is_explained_by_its_number(tmp_path, capsys):
    """The very place that `plan` names."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(CUSTOMER + b"\n" + lago.invoice_event())

    assert explain_place(file, capsys) == ["customer.created", "invoice.created"]
    assert explain_place(f"{file}#2", capsys) == ["invoice.created"]
    with pytest.raises(LagoNetsuiteError, match="holds 2 events"):
        explain_place(f"{file}#3", capsys)


def test_people_see_tables(tmp_path, capsys):
    """Without --json."""
    file = tmp_path / "event.json"
    file.write_bytes(lago.invoice_event())

    assert asyncio.run(explain.run(Settings(), str(file), (connection(),), None, as_json=False)) == 0

    printed = capsys.readouterr().out
    assert "What was chosen, and by which setting" in printed
    assert "What else was possible" in printed


def test_with_lago_asked_the_link_is_explained(tmp_path, capsys, monkeypatch):
    """Whom the document is booked on is then known."""

    class Api:
        def __init__(self, *_, **__):
            pass

        async def customer(self, external_id):
            assert external_id == "cus_7f21c0"
            return Found(customer=lago.customer(integration_customers=[lago.link()]))

        async def aclose(self):
            pass

    monkeypatch.setattr(lago_lookup, "LagoApi", Api)
    asking = connection(lago={"api_url": "https://api.lago.example", "api_key": "env:KEY"})
    file = tmp_path / "event.json"
    file.write_bytes(lago.invoice_event())

    asyncio.run(explain.run(Settings(), str(file), (asking,), as_json=True, asks_lago=True))

    found = json.loads(capsys.readouterr().out)
    chosen = {(each["what"], each["value"]) for each in found["choices"]}
    assert ("customer", "internal id 48213") in chosen
    assert [each["type"] for each in found["records"]] == ["invoice"]
