"""
The fields that the RESTlet sets on customers; it refuses all others with ``LAGO_FIELD_NOT_ALLOWED``.

The same list is in `lib/permitted.js` of ``deploy/netsuite``; the script enforces it.
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
"""Fields that are set only when the customer is created."""
_CUSTOM = re.compile(r"custentity[a-z0-9_]*")


def may_be_set(field_id: str) -> bool:
    """Whether the RESTlet sets the field; it sets all custom fields of entities."""
    return field_id in ALWAYS or field_id in WHEN_NEW or _CUSTOM.fullmatch(field_id) is not None
