"""Menu paths of NetSuite's user interface, as the Administrator role shows them."""

from __future__ import annotations

ACCESS_TOKENS = "Setup > Users/Roles > Access Tokens"
ACCOUNTS = "Lists > Accounting > Accounts"
ACCOUNTING_PREFERENCES = "Setup > Accounting > Accounting Preferences > General"
APPROVAL_ROUTING = "Setup > Accounting > Accounting Preferences > Approval Routing"
CERTIFICATES = "Setup > Integration > OAuth 2.0 Client Credentials (M2M) Setup"
COMPANY = "Setup > Company > Company Information"
CURRENCIES = "Lists > Accounting > Currencies"
DEPLOYMENTS = "Customization > Scripting > Script Deployments"
EMPLOYEES = "Lists > Employees > Employees > (user) > Access"
ENTRY_FORMS = "Customization > Forms > Entry Forms > (preferred form) > Fields"
FEATURES = "Setup > Company > Enable Features"
FIELDS = "Customization > Lists, Records, & Fields"
FORMS = "Customization > Forms > Transaction Forms > (preferred form) > Screen Fields"
GOVERNANCE = "Setup > Integration > Integration Management > Integration Governance"
ITEMS = "Lists > Accounting > Items"
LOGINS = "Setup > Users/Roles > View Login Audit Trail"
NUMBERS = "Setup > Company > Auto-Generated Numbers > Document Numbers"
PAYMENT_METHODS = "Setup > Accounting > Accounting Lists"
PERIODS = "Setup > Accounting > Manage Accounting Periods"
ROLES = "Setup > Users/Roles > User Management > Manage Roles"
SCRIPTS = "Customization > Scripting > Scripts"
SUBSIDIARIES = "Setup > Company > Subsidiaries"
TAX_REGISTRATIONS = "Setup > Company > Subsidiaries > (subsidiary) > Tax Registrations"
USER_PREFERENCES = "Home > Set Preferences > General > Localization"

OF_LIST = {
    "items": ITEMS,
    "accounts": ACCOUNTS,
    "subsidiaries": SUBSIDIARIES,
    "currencies": CURRENCIES,
    "tax_codes": "Setup > Tax > Tax Codes",
    "tax_types": "Setup > Tax > Tax Types",
    "nexuses": "Setup > Tax > Nexuses",
    "locations": "Setup > Company > Classifications > Locations",
    "departments": "Setup > Company > Classifications > Departments",
    "classes": "Setup > Company > Classifications > Classes",
    "payment_methods": PAYMENT_METHODS,
}
"""Menu paths by kind of list."""
