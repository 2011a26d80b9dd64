"""
Which fields the RESTlet sets on customers; it refuses all others as ``LAGO_FIELD_NOT_ALLOWED``.

The same list stands in the script, `lib/permitted.js` of ``deploy/netsuite``: it is the script that keeps it.
"""

from __future__ import annotations

import re

ALWAYS = frozenset((
    "isperson", "subsidiary", "currency", "autoname", "entityid", "companyname", "firstname", "lastname",
    "email", "phone", "altphone", "fax", "url", "salutation", "title", "comments", "category", "language",
    "customform", "vatregnumber", "taxable", "taxitem", "externalid", "class", "department", "location",
))  # fmt: skip
WHEN_NEW = frozenset((
    "terms", "receivablesaccount", "salesrep", "territory", "parent", "entitystatus", "pricelevel",
))  # fmt: skip
"""Of a customer that is created only."""
_CUSTOM = re.compile(r"custentity[a-z0-9_]*")


def may_be_set(field_id: str) -> bool:
    """Whether the RESTlet sets the field; custom fields all of them."""
    return field_id in ALWAYS or field_id in WHEN_NEW or _CUSTOM.fullmatch(field_id) is not None
