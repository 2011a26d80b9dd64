"""Ids of Lago's documents in requests for the RESTlet, and the references that name them."""

from __future__ import annotations

from tests.support.restlet import CUSTOMER_ID, INVOICE_ID

NOTE_ID = "0c9e5d31-7d2b-4a61-9f60-3c1b5a7e9d03"
PAYMENT_ID = "7b1d4a90-55c2-4f0e-8a3b-6e2f9c4d8e04"
OTHER_INVOICE_ID = "2e8c6b5a-91d4-4c3f-a7e0-5f1b3d9c7a05"
CUSTOMER = {"externalId": f"lago-cus-{CUSTOMER_ID}"}
INVOICE = {"externalId": f"lago-inv-{INVOICE_ID}"}
OTHER_INVOICE = {"externalId": f"lago-inv-{OTHER_INVOICE_ID}"}
NOTE = {"externalId": f"lago-cn-{NOTE_ID}"}
