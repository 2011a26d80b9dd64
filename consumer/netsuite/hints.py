"""What a person can do about a refusal, and where in NetSuite or in connections.yaml to do it."""

from __future__ import annotations

LOGIN = (
    "check the credentials, that integration, user and role are active and that the role may log in with "
    "access tokens; the true reason stands under Setup > Users/Roles > View Login Audit Trail"
)
CERTIFICATE = (
    "check client_id, certificate_id and private_key against Setup > Integration > OAuth 2.0 Client "
    "Credentials Setup (a sandbox refresh wipes it) and this machine's clock"
)
DEPLOYMENT = (
    "check script and deploy in restlet_url, and that the deployment is Released with the integration's role "
    "in its audience (Customization > Scripting > Script Deployments)"
)
HOST = "copy restlet_url again from the deployment's External URL: this host does not serve the account"
ROLE = "give the integration's role the permission named (Setup > Users/Roles > Manage Roles)"
CONTRACT = "deploy the RESTlet that belongs to this version, or correct restlet_url"
HEADER = "a credential holds characters that no HTTP header can carry"
PROXY = "the proxy between here and NetSuite wants a login"
BETWEEN = (
    "no RESTlet answers so: look at the standing of the account, and at what stands between here and "
    "NetSuite (proxy, firewall, content filter)"
)
SPLIT = "the document is too big for one call: shorten it, or look for slow workflows on this record"
REFERENCE = "the mapping names what NetSuite does not have: compare its internal id with the list in NetSuite"
FIELD = "fill the field by a constant under mapping.fields, or make it optional on the NetSuite form"
PERIOD = "open the period (Setup > Accounting > Manage Accounting Periods), or set closed_period"
SUBSIDIARY = "make the entity, item or account available to the subsidiary, or map another subsidiary"
TAX = "complete NetSuite's tax setup, or the tax part of the mapping"
TOTAL = "compare taxes, discounts and rounding of NetSuite's figures with Lago's; nothing was posted"
DUPLICATE = "another record holds this name or number: rename it, or link it to the Lago customer"
CONFLICT = "a finalised document is never overwritten: compare NetSuite's with Lago's and correct it by hand"
LINK = (
    "Lago links the customer to a NetSuite id that is none: correct it at the customer's connection in Lago"
)
LINK_TAKEN = "two Lago customers are linked to one NetSuite customer: give each one of its own in Lago"
NOT_APPLICABLE = "compare customer, currency and receivables account of the two records in NetSuite"
CURRENCY = "add the currency on the customer's Financial tab in NetSuite, or correct mapping.currencies"
DELETED = "a record this one refers to is gone from NetSuite: restore it, or correct what refers to it"
PAID = "take payments and credits off the invoice in NetSuite, then replay the event"
OVERAPPLIED = "more is applied than is due: look for a payment booked by hand on the same invoice"

BY_CLASS = {
    "missing_field": FIELD,
    "invalid_reference": REFERENCE,
    "permission": ROLE,
    "period_closed": PERIOD,
    "tax": TAX,
    "total_mismatch": TOTAL,
    "duplicate": DUPLICATE,
    "governance": SPLIT,
}
"""By the class that the RESTlet gives to an item's error."""
