"""Where the links of a failure lead."""

from consumer.commands import document_links
from tests.unit.failures.errors import failure


def test_a_refund_that_failed_leads_to_its_customer_refund_then_to_its_memo():
    """Whichever is in NetSuite; else to the customer."""
    failed = failure(object="refund_failure", object_id="n-1", customer_id="c-1", connection="eu")

    assert document_links.result_keys(failed) == ("eu:refund:n-1", "eu:credit_note:n-1", "eu:customer:c-1")
    assert document_links.in_netsuite(failed, {"eu:credit_note:n-1": "https://memo"}) == "https://memo"


def test_any_other_failure_leads_to_its_own_record():
    failed = failure(object="invoice", object_id="i-1", customer_id="c-1", connection="eu")

    assert document_links.result_keys(failed) == ("eu:invoice:i-1", "eu:customer:c-1")
