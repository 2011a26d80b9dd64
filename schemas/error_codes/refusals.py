"""Refusals of one record that are published under NetSuite's own code."""

from __future__ import annotations

from schemas.error_codes import menu
from schemas.error_codes.entry import row

SCRIPT_REFUSED = row(
    "USER_ERROR", "record",
    "A script, workflow or custom form of the account refuses the record; the message is its own text.",
    "Read the text, find the user event script or workflow that gives it, and let it pass what Lago bills.",
    "NetSuite administrator", menu.SCRIPTED_RECORDS,
    "USER_ERROR UNKNOWN",
)  # fmt: skip
"""Also the row of every code that is not in the table: such codes come from the account's own scripts."""

ROWS = (
    SCRIPT_REFUSED,
    row(
        "INVALID_FLD_VALUE", "record",
        "NetSuite does not take a value of the record: its format, its length or its choice is wrong.",
        "Correct the value of the field that the message names, in Lago or under mapping.fields.",
        "connector operator",
    ),
    row(
        "EXCEEDED_MAX_FIELD_LENGTH", "record",
        "A text is longer than its NetSuite field.",
        "Shorten the text in Lago, or the expression under mapping.fields that makes it.",
        "connector operator",
    ),
    row(
        "STORAGE_LIMIT_EXCEEDED", "record",
        "A number is larger than NetSuite can store.",
        "Look at the amounts and quantities of the document in Lago: one of them is beyond fifteen digits.",
        "finance",
    ),
    row(
        "EXCEEDED_MAX_TRANS_LINES", "record",
        "The document has more lines than a NetSuite transaction may have.",
        "Bill in several invoices, or book this one by hand with its lines summed up.",
        "finance",
    ),
    row(
        "INVALID_TRANSACTION_DATE", "record",
        "NetSuite has no accounting period for the document's date, or does not take the date.",
        "Set up the accounting periods of that year.",
        "NetSuite administrator", menu.PERIODS,
        netsuite="INVALID_TRANSACTION_DATE INVALID_TRANSACTIO_DATE",
    ),
    row(
        "INVALID_TRANS_AMT", "record",
        "NetSuite does not take an amount of the document: below zero, or none where one is due.",
        "Compare the amounts of the document in Lago; a negative total is booked by hand.",
        "finance",
    ),
    row(
        "INVALID_TRANS_TYP", "record",
        "A reference leads to a transaction of another type than the document needs.",
        "Open the transaction that the message names, and correct its external id when it is not Lago's.",
        "NetSuite administrator",
    ),
    row(
        "TRANS_APPLIED_AMTS_UNBALNCD", "record",
        "The amounts applied to invoices do not add up to the payment or credit memo.",
        "Look for payments and credits that were applied by hand to the same invoices.",
        "finance", menu.INVOICES,
    ),
    row(
        "TRANS_UNBALNCD", "record",
        "Debits and credits of the document differ, mostly by decimals that the currency does not have.",
        "Compare the currency's precision in NetSuite with the decimals of Lago's amounts.",
        "NetSuite administrator", menu.CURRENCIES,
    ),
    row(
        "TRANS_FORGN_CRNCY_MISMATCH", "record",
        "An account of the document is kept in another currency than the document.",
        "Map an account without a currency of its own, or one in the document's currency.",
        "connector operator",
    ),
    row(
        "TAX_CODE_REQD", "record",
        "NetSuite's tax setup is not complete for the subsidiary, or a line has no tax code.",
        "Complete the subsidiary's tax setup, or the tax part of the mapping.",
        "NetSuite administrator", menu.TAX_CODES,
        netsuite="TAX_CODE_REQD TAX_SETUP_REQD NEXUS_REQD",
    ),
    row(
        "A_SCRIPT_IS_ATTEMPTING_TO_EDIT_THE_TAXDETAILS_SUBLIST", "record",
        "The account does not let a script override the tax details of this document.",
        "Enable SuiteTax for the subsidiary, or choose mapping.tax.mode legacy or tax_line.",
        "NetSuite administrator", menu.FEATURES,
    ),
    row(
        "CANT_VOID_TRANS", "record",
        "NetSuite does not void the document: payments, credits or other transactions are linked to it.",
        "Take what is linked off the document, then replay the event.",
        "finance", menu.INVOICES,
        netsuite="""
            CANT_VOID_TRANS CANT_MODIFY_VOID_TRANS TRANS_ALREADY_VOIDED VOIDING_REVERSAL_DISALLWD VOID_FAILED
            """,
    ),
    row(
        "TRANS_IN_USE", "record",
        "Other transactions are linked to the record, so NetSuite neither changes nor deletes it.",
        "Open the record, look at its related records, and take them off it.",
        "finance",
        netsuite="""
            TRANS_IN_USE CANT_DELETE_CHILD_RCRDS_EXIST CANT_DELETE_CHILD_RCRD_FOUND SO_HAS_CHILD_TRANS
            """,
    ),
    row(
        "INVALID_INITIALIZE_REF", "record",
        "NetSuite does not make the document from the one it is for: that one is closed, paid or pending.",
        "Open the document that it is for, and look at its status and approval.",
        "finance",
        netsuite="INVALID_INITIALIZE_REF INVALID_RCRD_TRANSFRM",
    ),
    row(
        "RCRD_LOCKED_BY_WF", "record",
        "A workflow of the account keeps the record locked.",
        "Let the workflow go on, or exempt the integration's role from its lock.",
        "NetSuite administrator", menu.WORKFLOWS,
    ),
    row(
        "PERMISSION_VIOLATION", "record",
        "The integration's role may not see or change this record, as by a subsidiary it is kept from.",
        "Give the role access to the record's subsidiary, department, class and location.",
        "NetSuite administrator", menu.ROLES,
    ),
    row(
        "DUP_RCRD", "record",
        "Another record holds this name, number or e-mail address already.",
        "Rename the other record, or link it to the Lago customer; let numbers of transactions repeat.",
        "NetSuite administrator", menu.NUMBERS,
        netsuite="""
            DUP_RCRD DUP_ENTITY UNIQUE_CUST_ID_REQD UNIQUE_RCRD_ID_REQD DUP_CSTM_RCRD_ENTRY DUP_ITEM DUP_TRANS
            UNIQUE_CUST_EMAIL_REQD DUP_ENTITY_EMAIL
            """,
    ),
    row(
        "SSS_MISSING_REQD_ARGUMENT", "record",
        "The RESTlet and this record do not fit: a value is missing or of another type than NetSuite needs.",
        "Correct the value that the message names under mapping.fields; without one there, report a defect.",
        "connector operator",
        netsuite="""
            SSS_MISSING_REQD_ARGUMENT SSS_INVALID_TYPE_ARG WRONG_PARAMETER_TYPE SSS_INVALID_API_USAGE
            SSS_INVALID_SUBLIST_OPERATION
            """,
    ),
)  # fmt: skip
