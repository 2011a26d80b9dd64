"""Rules of Lago's REST API that clients rely on: pages, metadata filters, whole rows, links."""

import pytest

from tests.support.lago_server import USAGE


def test_the_organization_has_the_id_that_webhooks_carry(lago):
    """A body that is built from REST needs it."""
    expected = lago.request("GET", "/sandbox").json()["organization_id"]

    assert lago.get("organizations").json()["organization"]["lago_id"] == expected


def test_a_page_has_a_hundred_rows_and_as_many_as_are_asked_for(lago):
    """There is no maximum; of nothing, the current page is 0."""
    assert lago.get("invoices").json()["meta"]["current_page"] == 0
    for _ in range(101):
        lago.bill()

    first, second = lago.get("payments", page=1).json(), lago.get("invoices", page=2).json()
    whole = lago.get("invoices", per_page=1_000).json()

    assert first["meta"] == {
        "current_page": 0, "next_page": None, "prev_page": None, "total_pages": 0, "total_count": 0,
    }  # fmt: skip
    assert (len(second["invoices"]), second["meta"]["next_page"]) == (1, None)
    assert (second["meta"]["prev_page"], second["meta"]["total_pages"]) == (1, 2)
    assert len(whole["invoices"]) == 101


def test_invoices_are_found_by_metadata_and_by_its_absence(lago):
    """A cheap list of what is not booked yet."""
    booked, open_one = lago.bill(), lago.bill()
    entries = [{"key": "netsuite", "value": "4711"}]
    lago.send("PUT", f"invoices/{booked['lago_id']}", {"invoice": {"metadata": entries}})

    def found(value):
        listed = lago.get("invoices", **{"metadata[netsuite]": value}).json()["invoices"]
        return [row["lago_id"] for row in listed]

    assert found("4711") == [booked["lago_id"]]
    assert found("4712") == []
    assert found("") == [open_one["lago_id"]]


def test_a_listed_credit_note_is_whole(lago):
    """No second request is needed."""
    note = lago.act("credit_notes", invoice_id=lago.bill()["lago_id"])

    [row] = lago.get("credit_notes").json()["credit_notes"]

    assert row == note == lago.get(f"credit_notes/{note['lago_id']}").json()["credit_note"]
    assert row["items"][0]["fee"]["item"]["code"] == USAGE["code"]
    assert row["customer"]["integration_customers"] == []


def test_links_that_are_not_sent_are_deleted_and_unknown_integrations_are_skipped(lago):
    """Each write sends the customer's event again."""
    lago.server.organization.integrations = frozenset({"netsuite-eu"})

    def written(*links):
        content = {"customer": {"external_id": "acme", "integration_customers": list(links)}}
        shown = lago.send("POST", "customers", content).json()["customer"]["integration_customers"]
        return [link["integration_code"] for link in shown]

    assert written({"integration_code": "netsuite-eu"}, {"integration_code": "other"}) == ["netsuite-eu"]
    assert written() == []
    assert lago.outbox == ["customer.created", "customer.updated", "customer.updated"]


def found(lago, path, **params):
    """The ids of the rows."""
    rows = lago.get(path, **params).json()[path]
    return [row["lago_id"] for row in rows]


def test_invoices_are_found_by_what_is_paid_of_them(lago):
    """In part: more than nothing and less than all."""
    untouched, begun, settled = (lago.bill()["lago_id"] for _ in range(3))
    lago.act("payments", invoice_ids=[begun], cents=100)
    lago.act("payments", invoice_ids=[settled])

    assert found(lago, "invoices", partially_paid="true") == [begun]
    assert set(found(lago, "invoices", partially_paid="false")) == {untouched, settled}


@pytest.mark.parametrize(
    ("member", "value", "wanted"),
    [
        ("payment_overdue", True, "true"),
        ("self_billed", True, "true"),
        ("invoice_type", "one_off", "one_off"),
        ("purchase_order_number", "PO-7", "PO-7"),
    ],
)
def test_invoices_are_found_by_their_members(lago, member, value, wanted):
    """Each filter is Lago's."""
    lago.bill()
    marked = lago.bill(**{member: value})["lago_id"]

    assert found(lago, "invoices", **{member: wanted}) == [marked]


def test_invoices_are_found_by_amount_with_both_limits(lago):
    """In subunits, inclusive."""
    invoice = lago.bill()["lago_id"]

    assert found(lago, "invoices", amount_from=393, amount_to=393) == [invoice]
    assert found(lago, "invoices", amount_from=394) == found(lago, "invoices", amount_to=392) == []


@pytest.mark.parametrize("member", ["lago_id", "number"])
def test_a_search_term_is_part_of_an_id_or_number(lago, member):
    """In either case."""
    lago.bill()
    wanted = lago.bill()

    assert found(lago, "invoices", search_term=wanted[member][2:].lower()) == [wanted["lago_id"]]


def test_a_search_term_is_part_of_the_customers_names(lago):
    """E-mail addresses and external ids are names too."""
    lago.customer("globex", name="Globex Ltd", email="ap@globex.example")
    lago.bill()
    theirs = [lago.bill("globex")["lago_id"]]

    terms = ("globex ltd", "AP@GLOBEX", "globe")
    assert [found(lago, "invoices", search_term=term) for term in terms] == [theirs] * 3
    assert found(lago, "invoices", search_term="initech") == []


@pytest.mark.parametrize("path", ["invoices", "credit_notes", "customers", "wallets"])
def test_a_billing_entity_that_does_not_exist_is_not_found(lago, path):
    """Other unknown values are no error."""
    answer = lago.get(path, **{"billing_entity_codes[]": "nowhere"})

    assert (answer.status_code, answer.json()["code"]) == (404, "billing_entity_not_found")
    assert lago.get(path, **{"billing_entity_codes[]": "acme-eu"}).status_code == 200


@pytest.mark.parametrize("name", ["credit_status", "refund_status", "reason", "types"])
def test_an_unknown_word_filters_no_credit_notes(lago, name):
    """The list comes back whole."""
    note = lago.act("credit_notes", invoice_id=lago.bill()["lago_id"])["lago_id"]

    assert found(lago, "credit_notes", **{name: "nonsense"}) == [note]


def test_credit_notes_are_found_by_status_and_type(lago):
    """A note of one type is not one of another."""
    offset, credited = (
        lago.act("credit_notes", invoice_id=lago.bill()["lago_id"], to=to)["lago_id"]
        for to in ("offset", "credit")
    )

    assert found(lago, "credit_notes", types="offset") == [offset]
    assert found(lago, "credit_notes", types="credit") == [credited]
    assert found(lago, "credit_notes", credit_status="voided") == []
    assert found(lago, "credit_notes", refund_status="pending") == []
    assert found(lago, "credit_notes", reason="fraudulent_charge") == []
    assert set(found(lago, "credit_notes", reason="other")) == {credited, offset}


def test_wallets_are_listed_by_customer_and_an_unknown_one_is_not_found(lago):
    """Other lists of an unknown customer are empty."""
    wallet = lago.act("wallets", external_customer_id="acme", balance_cents=12_345)

    [row] = lago.get("wallets", external_customer_id="acme").json()["wallets"]

    assert row == wallet
    assert (row["credits_balance"], row["rate_amount"], row["status"]) == ("123.45", "1.0", "active")
    refused = lago.get("wallets", external_customer_id="nobody")
    assert (refused.status_code, refused.json()["code"]) == (404, "customer_not_found")
    assert found(lago, "invoices", external_customer_id="nobody") == []


def test_a_payment_request_has_its_customer_and_bare_invoices(lago):
    """One amount; neither fees nor a customer in its invoices."""
    bills = [lago.bill()["lago_id"] for _ in range(2)]
    payment = lago.act("payments", invoice_ids=bills)

    [row] = lago.get("payment_requests", external_customer_id="acme").json()["payment_requests"]

    assert (row["lago_id"], row["amount_cents"]) == (payment["lago_payable_id"], 786)
    assert [one["lago_id"] for one in row["invoices"]] == bills
    assert not {"fees", "customer"} & row["invoices"][0].keys()
    assert row["customer"]["external_id"] == "acme"
    assert found(lago, "payment_requests", currency="USD") == []
    assert found(lago, "payment_requests", payment_status="pending") == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"currencies[]": "USD"}, {"us"}),
        ({"countries[]": ["US", "DE"]}, {"us", "de", "acme"}),
        ({"account_type[]": "partner"}, set()),
        ({"metadata[tier]": "gold"}, {"us"}),
        ({"metadata[tier]": ""}, {"de", "acme"}),
        ({"search_term": "NORTH"}, {"us"}),
        ({"search_term": "north", "external_id": "de"}, {"de"}),
    ],
)
def test_customers_are_found_by_their_members(lago, wanted, found):
    """An external id leaves the search term out of account."""
    tier = {"lago_id": "m", "key": "tier", "value": "gold"}
    lago.customer("us", country="US", currency="USD", legal_name="North Inc", metadata=[tier])
    lago.customer("de", legal_name="Nord GmbH", name="Nord")

    rows = lago.get("customers", **wanted).json()["customers"]

    assert {row["external_id"] for row in rows} == found


def test_only_the_offset_of_a_credit_note_is_a_settlement(lago):
    """Payments make none, so that their filter finds nothing; an unknown word filters nothing."""
    paid, offset = lago.bill()["lago_id"], lago.bill()["lago_id"]
    lago.act("payments", invoice_ids=[paid])
    lago.act("credit_notes", invoice_id=offset, to="offset")

    def found(*words):
        rows = lago.get("invoices", **{"settlements[]": list(words)}).json()["invoices"]
        return {row["lago_id"] for row in rows}

    assert found("payment") == set()
    assert found("payment", "credit_note") == {offset}
    assert found("refund") == {paid, offset}


def test_what_changes_while_pages_are_read_moves_rows_between_them(lago):
    """A row that leaves the filter pulls the others forward, so that the second page lacks one."""
    bills = [lago.bill() for _ in range(4)]
    pages = {"per_page": 2, "payment_status": "pending"}

    first = lago.get("invoices", page=1, **pages).json()["invoices"]
    lago.act("payments", invoice_ids=[first[0]["lago_id"]])
    second = lago.get("invoices", page=2, **pages).json()["invoices"]

    seen = {row["lago_id"] for row in (*first, *second)}
    assert (len(second), len(seen), len(bills)) == (1, 3, 4)


def test_another_filter_or_a_new_first_page_finds_rows_anew(lago):
    """A list that is read page by page is sorted once, and no other list gets its rows."""
    for name in ("acme", "globex"):
        lago.customer(name)
        for _ in range(3):
            lago.bill(name)

    def numbers(**params):
        return [row["number"] for row in lago.get("invoices", per_page=2, **params).json()["invoices"]]

    whole = numbers(page=1) + numbers(page=2) + numbers(page=3)
    mine = numbers(page=1, external_customer_id="globex") + numbers(page=2, external_customer_id="globex")

    assert (len(set(whole)), len(set(mine)), set(mine) < set(whole)) == (6, 3, True)
    lago.server.organization.invoices[lago.bill()["lago_id"]]["status"] = "open"
    assert sorted(numbers(page=1) + numbers(page=2) + numbers(page=3)) == sorted(whole)


def test_metadata_of_a_customer_has_limits_of_its_own_and_what_is_not_sent_is_deleted(lago):
    """Five entries, keys of 20 and values of 100 characters; an invoice's value may have 140."""

    def written(*entries):
        sent = {"external_id": "acme", "metadata": list(entries)}
        return lago.send("POST", "customers", {"customer": sent})

    entry = {"key": "crm", "value": "x" * 100}
    kept = written(entry, {"key": "other", "value": "y"}).json()["customer"]["metadata"]
    again = written(entry | {"id": kept[0]["lago_id"]}).json()["customer"]["metadata"]

    assert [one["key"] for one in kept] == ["crm", "other"]
    assert again == [kept[0]]
    for refused in ([entry | {"value": "x" * 101}], [entry | {"key": "k" * 21}], [entry] * 2):
        assert written(*refused).status_code == 422
    assert written(*({"key": str(place), "value": "v"} for place in range(6))).status_code == 422
