"""Menu paths of NetSuite's user interface, as the Administrator role shows them."""

from __future__ import annotations

from schemas.error_codes import menu

ACCESS_TOKENS = "Setup > Users/Roles > Access Tokens"
ACCOUNTS = "Lists > Accounting > Accounts"
ACCOUNTING_PREFERENCES = menu.ACCOUNTING_PREFERENCES
APPROVAL_ROUTING = menu.APPROVAL_ROUTING
AUDIT_TRAIL = menu.AUDIT_TRAIL
CERTIFICATES = menu.CERTIFICATES
COMPANY = "Setup > Company > Company Information"
CURRENCIES = menu.CURRENCIES
DEPLOYMENTS = menu.DEPLOYMENTS
ENTRY_FORMS = "Customization > Forms > Entry Forms > (preferred form) > Fields"
FEATURES = menu.FEATURES
FIELDS = "Customization > Lists, Records, & Fields"
FORMS = menu.FORMS
GOVERNANCE = menu.GOVERNANCE
ITEMS = "Lists > Accounting > Items"
NUMBERS = menu.NUMBERS
PAYMENT_METHODS = "Setup > Accounting > Accounting Lists"
PERIODS = menu.PERIODS
ROLES = menu.ROLES
SCRIPTS = "Customization > Scripting > Scripts"
SUBSIDIARIES = "Setup > Company > Subsidiaries"
TAX_REGISTRATIONS = "Setup > Company > Subsidiaries > (subsidiary) > Tax Registrations"
USER_PREFERENCES = "Home > Set Preferences > General > Localization"

OF_LIST = {
    "items": ITEMS,
    "accounts": ACCOUNTS,
    "subsidiaries": SUBSIDIARIES,
    "currencies": CURRENCIES,
    "tax_codes": menu.TAX_CODES,
    "tax_types": "Setup > Tax > Tax Types",
    "nexuses": "Setup > Tax > Nexuses",
    "locations": "Setup > Company > Classifications > Locations",
    "departments": "Setup > Company > Classifications > Departments",
    "classes": "Setup > Company > Classifications > Classes",
    "payment_methods": PAYMENT_METHODS,
}
"""Menu paths by kind of list."""
