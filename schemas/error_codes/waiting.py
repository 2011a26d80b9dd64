"""
Errors that are not about one record: the connection or a kind of document waits, or the call is retried.
"""

from __future__ import annotations

from schemas.error_codes import menu
from schemas.error_codes.entry import row

ROWS = (
    row(
        "LAGO_REFERENCE_NOT_FOUND", "dependency",
        "A record that this one refers to is not in NetSuite yet.",
        "Wait: it is written as soon as the other record is.",
        "nobody: it is tried again",
        netsuite="LAGO_REFERENCE_NOT_FOUND LAGO_DEPENDENCY_FAILED LAGO_CREDIT_SPENT",
    ),
    row(
        "pending_approval", "dependency",
        "The invoice of a payment or note waits for an approver in NetSuite, for longer than a hold lasts.",
        "Approve the invoice; mapping.fields.invoice.approvalstatus 2 saves invoices of Lago as approved.",
        "finance", menu.APPROVAL_ROUTING,
        netsuite="LAGO_PENDING_APPROVAL",
    ),
    row(
        "INSUFFICIENT_PERMISSION", "kind",
        "The integration's role lacks a permission that this kind of document needs.",
        "Give the integration's role the permission that the message names.",
        "NetSuite administrator", menu.ROLES,
        netsuite="INSUFFICIENT_PERMISSION INSUFFICIENT_FLD_PERMISSION",
    ),
    row(
        "FEATURE_DISABLED", "kind",
        "The account does not have this kind of record: a feature is off, or the role may not see it.",
        "Enable the feature, or stop sending this kind of document under sync in connections.yaml.",
        "NetSuite administrator", menu.FEATURES,
        netsuite="FEATURE_DISABLED INVALID_RCRD_TYPE",
    ),
    row(
        "SSS_INVALID_SRCH_COL", "kind",
        "The RESTlet searches by a field that the account does not have.",
        "Deploy the RESTlet with all its fields anew; when it stays so, report a defect.",
        "NetSuite administrator", menu.DEPLOYMENTS,
        netsuite="""
            SSS_INVALID_SRCH_COL SSS_INVALID_SRCH_COLUMN SSS_INVALID_SRCH_COLUMN_JOIN SSS_INVALID_SRCH_FILTER
            SSS_INVALID_SRCH_FILTER_EXPR SSS_INVALID_SRCH_FILTER_JOIN SSS_INVALID_SRCH_FILTER_VAL
            SSS_INVALID_SRCH_OPERATOR
            """,
    ),
    row(
        "restlet_outdated", "kind",
        "The deployed RESTlet is too old for this kind of document.",
        "Deploy the RESTlet that belongs to the worker's version.",
        "NetSuite administrator", menu.DEPLOYMENTS,
        netsuite="LAGO_TYPE_NOT_SUPPORTED",
    ),
    row(
        "INVALID_LOGIN_ATTEMPT", "account",
        "NetSuite refuses the login of the integration.",
        "Check the credentials, that integration, user and role are active and that the role may log in with "
        "access tokens; the login audit trail has the true reason.",
        "NetSuite administrator", menu.AUDIT_TRAIL,
        netsuite="INVALID_LOGIN_ATTEMPT INVALID_LOGIN_CREDENTIALS INVALID_REQUEST TWO_FA_REQD",
    ),
    row(
        "invalid_grant", "account",
        "NetSuite gives no token for the certificate.",
        "Check client_id, certificate_id and private_key against NetSuite's list (a sandbox refresh wipes "
        "it), and this machine's clock.",
        "NetSuite administrator", menu.CERTIFICATES,
        netsuite="invalid_grant invalid_client invalid_request unauthorized_client",
    ),
    row(
        "SSS_INVALID_SCRIPTLET_ID", "account",
        "The RESTlet is not there, not released, or not for the integration's role.",
        "Check script and deploy in restlet_url, and that the deployment is Released with the integration's "
        "role in its audience.",
        "NetSuite administrator", menu.DEPLOYMENTS,
    ),
    row(
        "MODULE_DOES_NOT_EXIST", "account",
        "A file of the RESTlet is missing from the file cabinet, or is not what was delivered.",
        "Deploy the whole RESTlet folder anew.",
        "NetSuite administrator", menu.DEPLOYMENTS,
        netsuite="MODULE_DOES_NOT_EXIST SYNTAX_ERROR MODULE_LOAD_ERROR INVALID_RETURN_DATA_FORMAT",
    ),
    row(
        "suitetax_off", "account",
        "The connection writes tax details, and the account has no SuiteTax to take them.",
        "Set mapping.tax.mode to legacy, tax_line or none in connections.yaml.",
        "connector operator",
        netsuite="LAGO_SUITETAX_OFF",
    ),
    row(
        "suitetax_on", "account",
        "The connection writes legacy tax, and the account has SuiteTax, which does not take it.",
        "Set mapping.tax.mode to suitetax, tax_line or none in connections.yaml.",
        "connector operator",
        netsuite="LAGO_SUITETAX_ON",
    ),
    row(
        "LAGO_BAD_ENVELOPE", "account",
        "Worker and deployed RESTlet are of different versions.",
        "Deploy the RESTlet that belongs to this version, or correct restlet_url.",
        "NetSuite administrator", menu.DEPLOYMENTS,
        netsuite="""
            LAGO_BAD_ENVELOPE LAGO_VERSION_NOT_SUPPORTED LAGO_UNKNOWN_OPERATION SSS_METHOD_NOT_IMPLEMENTED
            """,
    ),
    row(
        "SSS_REQUEST_LIMIT_EXCEEDED", "throttled",
        "The account's limit of concurrent calls is reached; nothing was begun.",
        "Wait: calls become fewer by themselves; lower concurrency when other integrations starve.",
        "nobody: it is tried again", menu.GOVERNANCE,
        netsuite="""
            SSS_REQUEST_LIMIT_EXCEEDED CONCURRENCY_LIMIT_EXCEEDED EXCEEDED_MAX_CONCUR_RQST
            SSS_QUEUE_LIMIT_EXCEEDED SSS_APP_SERVER_RESTART
            """,
    ),
    row(
        "ACCT_TEMP_UNAVAILABLE", "unavailable",
        "NetSuite has taken the account off for a while, mostly for maintenance.",
        "Wait; when it lasts, look at NetSuite's status page.",
        "nobody: it is tried again",
    ),
    row(
        "UNEXPECTED_ERROR", "repeated",
        "NetSuite failed, or two changes met; whether something was written is found out by the repeat.",
        "Wait; what fails for an hour ends as parked_too_long: a script of the account or NetSuite's support "
        "knows why.",
        "nobody: it is tried again",
        netsuite="""
            UNEXPECTED_ERROR JS_EXCEPTION RCRD_HAS_BEEN_CHANGED CUSTOM_RECORD_COLLISION
            RCRD_EDITED_SINCE_RETRIEVED SSS_SEARCH_TIMEOUT SEARCH_TIMED_OUT SSS_REQUEST_TIME_EXCEEDED
            SSS_CONNECTION_TIME_OUT
            """,
    ),
    row(
        "SSS_USAGE_LIMIT_EXCEEDED", "too_big",
        "The script used up its units, time or memory; what was saved before stands.",
        "Shorten the document, or look for slow workflows and scripts on this record.",
        "NetSuite administrator", menu.SCRIPTED_RECORDS,
        netsuite="""
            SSS_USAGE_LIMIT_EXCEEDED SSS_TIME_LIMIT_EXCEEDED SSS_INSTRUCTION_COUNT_EXCEEDED
            SSS_STATEMENT_COUNT_EXCEEDED SSS_MEMORY_USAGE_EXCEEDED HTTP_413
            """,
    ),
)  # fmt: skip
