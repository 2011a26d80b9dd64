/**
 * What went wrong, in the words of the contract: {code, class, message, field, line, retryable}.
 *
 * Branches on codes only, since NetSuite's messages are in the user's language; what a code does not tell,
 * refusal_cause.js finds out by the record's state.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([], () => {
  /** @type {Array<[string, boolean, string[]]>} Class, whether repeating the same call may help, codes. */
  const TABLE = [
    ['rate', true, [
      'SSS_REQUEST_LIMIT_EXCEEDED', 'CONCURRENCY_LIMIT_EXCEEDED', 'EXCEEDED_MAX_CONCUR_RQST',
      'SSS_QUEUE_LIMIT_EXCEEDED',
    ]],
    ['governance', true, [
      'SSS_USAGE_LIMIT_EXCEEDED', 'SSS_TIME_LIMIT_EXCEEDED', 'SSS_INSTRUCTION_COUNT_EXCEEDED',
      'SSS_STATEMENT_COUNT_EXCEEDED', 'SSS_MEMORY_USAGE_EXCEEDED',
    ]],
    ['transient', true, [
      'UNEXPECTED_ERROR', 'SSS_SEARCH_TIMEOUT', 'SEARCH_TIMED_OUT', 'SSS_REQUEST_TIME_EXCEEDED',
      'SSS_CONNECTION_TIME_OUT', 'SSS_APP_SERVER_RESTART', 'RCRD_HAS_BEEN_CHANGED', 'CUSTOM_RECORD_COLLISION',
      'RCRD_EDITED_SINCE_RETRIEVED',
    ]],
    ['auth', false, [
      'INVALID_LOGIN_ATTEMPT', 'INVALID_LOGIN_CREDENTIALS', 'INVALID_REQUEST', 'TWO_FA_REQD',
      'SSS_INVALID_SCRIPTLET_ID',
    ]],
    ['permission', false, ['INSUFFICIENT_PERMISSION', 'INSUFFICIENT_FLD_PERMISSION', 'PERMISSION_VIOLATION']],
    ['missing_field', false, [
      'MISSING_REQD_FLD', 'FIELD_REQD', 'LOCATION_REQD', 'CRNCY_REQD', 'TRAN_DATE_REQD', 'VALID_LINE_ITEM_REQD',
    ]],
    ['invalid_reference', false, [
      'INVALID_KEY_OR_REF', 'RCRD_DSNT_EXIST', 'SSS_RECORD_TYPE_MISMATCH', 'INVALID_TRANS_SUB_ENTITY',
      'INVALID_TRANS_SUB_ITEM', 'INVALID_TRANS_SUB_ACCT', 'INVALID_TRANS_SUB_CLASS', 'INVALID_TRANS_SUB_DEPT',
      'INVALID_TRANS_SUB_LOC', 'LAGO_INVALID_REFERENCE', 'LAGO_EXTID_TYPE_MISMATCH', 'LAGO_CUSTOMER_MISMATCH',
      'LAGO_CUSTOMER_NOT_IN_SUBSIDIARY',
    ]],
    ['period_closed', false, [
      'VALID_PRD_REQD', 'TRAN_PERIOD_CLOSED', 'CLOSED_TRAN_PRD', 'TRANS_EDIT_DISALLWD', 'TRAN_PRD_CLOSED',
    ]],
    ['tax', false, ['TAX_CODE_REQD', 'TAX_SETUP_REQD', 'NEXUS_REQD']],
    ['state', false, [
      'CANT_VOID_TRANS', 'CANT_MODIFY_VOID_TRANS', 'TRANS_ALREADY_VOIDED', 'VOIDING_REVERSAL_DISALLWD', 'VOID_FAILED',
      'TRANS_IN_USE', 'CANT_DELETE_CHILD_RCRDS_EXIST', 'CANT_DELETE_CHILD_RCRD_FOUND', 'SO_HAS_CHILD_TRANS',
      'RCRD_LOCKED_BY_WF', 'RCRD_DELETED_SINCE_RETRIEVED', 'INVALID_INITIALIZE_REF', 'LAGO_OVERAPPLIED',
      'LAGO_VOID_OF_PAID_INVOICE', 'LAGO_CURRENCY_MISMATCH', 'LAGO_NOT_APPLICABLE',
      'LAGO_CUSTOMER_INACTIVE',
    ]],
    ['validation', false, [
      'INVALID_FLD_VALUE', 'EXCEEDED_MAX_FIELD_LENGTH', 'STORAGE_LIMIT_EXCEEDED', 'EXCEEDED_MAX_TRANS_LINES',
      'INVALID_TRANSACTION_DATE', 'INVALID_TRANSACTIO_DATE', 'INVALID_TRANS_AMT', 'INVALID_TRANS_TYP',
      'TRANS_APPLIED_AMTS_UNBALNCD', 'TRANS_UNBALNCD', 'TRANS_FORGN_CRNCY_MISMATCH', 'SSS_MISSING_REQD_ARGUMENT',
      'SSS_INVALID_TYPE_ARG', 'WRONG_PARAMETER_TYPE', 'SSS_INVALID_API_USAGE', 'SSS_INVALID_SUBLIST_OPERATION',
      'USER_ERROR', 'LAGO_BAD_ITEM', 'LAGO_MODE_NOT_SUPPORTED',
    ]],
    ['config', false, [
      'SSS_INVALID_SRCH_COL', 'SSS_INVALID_SRCH_FILTER', 'SSS_INVALID_SRCH_FILTER_EXPR', 'SSS_INVALID_SRCH_FILTER_VAL',
      'SSS_INVALID_SRCH_OPERATOR', 'SSS_INVALID_SRCH_COLUMN', 'SSS_INVALID_SRCH_COLUMN_JOIN', 'SSS_INVALID_SRCH_FILTER_JOIN',
      'INVALID_RCRD_TYPE', 'INVALID_RCRD_TRANSFRM', 'FEATURE_DISABLED', 'LAGO_TYPE_NOT_SUPPORTED',
      'INVALID_RETURN_DATA_FORMAT', 'LAGO_LINK_NOT_FOUND', 'LAGO_LINK_TAKEN', 'LAGO_CURRENCY_NOT_ON_CUSTOMER',
      'LAGO_FIELD_NOT_ALLOWED', 'LAGO_SUITETAX_OFF', 'LAGO_SUITETAX_ON',
    ]],
    ['dependency', true, ['LAGO_REFERENCE_NOT_FOUND', 'LAGO_DEPENDENCY_FAILED', 'LAGO_CREDIT_SPENT', 'LAGO_PENDING_APPROVAL']],
    ['duplicate', false, ['LAGO_FINGERPRINT_CONFLICT']],
    ['total_mismatch', false, ['LAGO_TOTAL_MISMATCH', 'LAGO_CURRENCY_PRECISION']],
  ];
  const UNKNOWN = ['unknown', false];

  const DUPLICATE = /^(DUP_|UNIQUE_)/;
  const READ_ONLY_SUBLIST = /^A_SCRIPT_IS_ATTEMPTING_TO_EDIT/;

  /** An error of this script's own, with the place it concerns. */
  function raise(code, message, place) {
    return Object.assign(new Error(message), { name: code }, place);
  }

  /** Adds to an error on its way up where it happened; the innermost place wins. */
  function at(place, work) {
    try {
      return work();
    } catch (thrown) {
      throw placed(thrown, place);
    }
  }

  /** The error as one that happened there, unless it knows its place more exactly. */
  function placed(thrown, place) {
    const { name, message, field, line, shortfall, group, period } = thrown;
    const known = Object.assign({}, place, thrown.place);
    return Object.assign(new Error(message), { name, field, line, shortfall, group, period, place: known });
  }

  function isDuplicate(thrown) {
    return DUPLICATE.test(thrown.name);
  }

  function classify(code) {
    if (isDuplicate({ name: code })) return { group: 'duplicate', retryable: false };
    if (READ_ONLY_SUBLIST.test(code)) return { group: 'tax', retryable: false };
    const [group, retryable] = TABLE.find((row) => row[2].includes(code)) || UNKNOWN;
    return { group, retryable };
  }

  function known(...candidates) {
    const found = candidates.find((value) => value !== undefined && value !== null);
    return found === undefined ? null : found;
  }

  // An error of a script may have no text; written out whole it would show its stack.
  function textOf(thrown) {
    if (thrown.message) return String(thrown.message);
    return typeof thrown === 'object' ? 'NetSuite gives no text with this code.' : String(thrown);
  }

  /** The error object of an answer. */
  function describe(thrown) {
    const code = String(thrown.name || 'UNKNOWN');
    const message = textOf(thrown);
    const { group, retryable } = thrown.group ? { group: thrown.group, retryable: false } : classify(code);
    const place = thrown.place || {};
    const field = known(thrown.field, place.field);
    const line = known(thrown.line, place.line);
    const period = thrown.period ? { period: thrown.period } : {};
    return Object.assign({ code, class: group, message, field, line, retryable }, period);
  }

  return { raise, at, placed, isDuplicate, describe };
});
