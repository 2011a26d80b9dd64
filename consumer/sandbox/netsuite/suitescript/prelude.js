// The JavaScript of the emulated N/* modules: thin proxies over __host(operation, ...arguments).
// Evaluated once for each engine; `__run(settings, …)` runs a call.
'use strict';
(function () {
  const PlainDate = Date;
  let settings = {};
  let settingsText = null;

  class SuiteScriptError extends Error {
    constructor(name, message) {
      super(message);
      this.type = 'error.SuiteScriptError';
      this.name = name;
      this.id = '';
      Object.defineProperty(this, 'stack', { value: [], writable: true, configurable: true });
      this.cause = { name: name, message: message };
      this.notifyOff = false;
      this.userFacing = false;
    }
    toJSON() {
      const { type, name, message, stack, cause, id, notifyOff, userFacing } = this;
      return { type, name, message, stack, cause, id, notifyOff, userFacing };
    }
    toString() { return JSON.stringify(this); }
  }

  // Local time is that of the emulated server, independent of this machine's time zone.
  class ServerDate extends PlainDate {
    constructor(...parts) {
      if (parts.length > 1) super(PlainDate.UTC(...parts) - settings.utcOffsetMs);
      else super(...parts);
    }
    local() { return new PlainDate(this.getTime() + settings.utcOffsetMs); }
    getFullYear() { return this.local().getUTCFullYear(); }
    getMonth() { return this.local().getUTCMonth(); }
    getDate() { return this.local().getUTCDate(); }
    getDay() { return this.local().getUTCDay(); }
    getHours() { return this.local().getUTCHours(); }
    getMinutes() { return this.local().getUTCMinutes(); }
  }
  globalThis.Date = ServerDate;

  // quickjs-ng represents concatenated long texts as a rope, which its Python binding cannot read beyond Latin-1.
  const MAX_FLAT_CHARS = 256;
  const flat = (text) => (text.length > MAX_FLAT_CHARS ? [text].join('') : text);

  // consumer/sandbox/netsuite/suitescript/value_transfer.py describes the form of values.
  const asJson = (value) => `\u0001${JSON.stringify(value)}`;
  function plain(value) {
    if (value instanceof PlainDate) return { $date: value.getTime() };
    return value === undefined ? null : value;
  }

  function marked(value) {
    const isDay = value instanceof PlainDate && !Number.isNaN(value.getTime());
    return isDay ? `\u0001@${value.getTime()}` : flat(asJson(plain(value)));
  }

  // String methods instead of a regular expression, for speed: this runs for every text.
  function isPlain(text) {
    return text.isWellFormed() && !text.includes('\u0000') && text[0] !== '\u0001';
  }

  function outgoing(value) {
    if (typeof value === 'string') return flat(isPlain(value) ? value : asJson(value));
    return value !== null && typeof value === 'object' ? marked(value) : value;
  }

  function incoming(value) {
    if (value !== null && typeof value === 'object' && value.$day) {
      const [year, month, day] = value.$day;
      return new ServerDate(year, month - 1, day);
    }
    return value;
  }

  function cross(answer) {
    if (typeof answer !== 'string') return answer === undefined ? null : answer;
    if (answer[0] === 's') return answer.slice(1);
    const value = JSON.parse(answer.slice(1));
    if (answer[0] === 'e') throw new SuiteScriptError(value.name, value.message);
    return incoming(value);
  }

  function host(operation, a, b, c, d, e) {
    return cross(__host(operation, outgoing(a), outgoing(b), outgoing(c), outgoing(d), outgoing(e)));
  }

  // Methods take one object of options or the options in order; a missing one is an error before anything else.
  const NEEDED = {};
  function parse(names) {
    return names.map((name) => ({ name: name.replace('?', ''), isNeeded: !name.endsWith('?') && name !== 'value' }));
  }

  function isOptions(args) {
    const first = args[0];
    return args.length === 1 && first !== null && typeof first === 'object'
      && !Array.isArray(first) && !(first instanceof PlainDate);
  }

  function needed(method, name, value) {
    if (value === undefined || value === null || value === '') {
      throw new SuiteScriptError('SSS_MISSING_REQD_ARGUMENT', `${method}: Missing a required argument: ${name}`);
    }
    return value;
  }

  function take(method, names, args) {
    const wanted = NEEDED[method] || (NEEDED[method] = parse(names));
    const named = isOptions(args);
    return wanted.map(({ name, isNeeded }, index) => {
      const value = named ? args[0][name] : args[index];
      return isNeeded ? needed(method, name, value) : value;
    });
  }

  // The same for the first argument of the methods that are called most.
  function takeOne(method, name, args) {
    return needed(method, name, isOptions(args) ? args[0][name] : args[0]);
  }

  class Subrecord {
    constructor(number) { this.number = number; }
    setValue(...args) {
      const [fieldId, value] = take('setValue', ['fieldId', 'value'], args);
      host('put', this.number, fieldId, value);
      return this;
    }
    getValue(...args) {
      const [fieldId] = take('getValue', ['fieldId'], args);
      return host('get', this.number, fieldId);
    }
    setText(...args) {
      const [fieldId, text] = take('setText', ['fieldId', 'text'], args);
      host('put_text', this.number, fieldId, String(text));
      return this;
    }
    save() {
      throw new SuiteScriptError('SSS_INVALID_API_USAGE', 'A subrecord is saved with its parent record.');
    }
  }

  // The description of a field does not change while an account has the same settings.
  let described = {};
  let describedFor = null;
  function fieldOf(key, ask) {
    if (described[key] === undefined) described[key] = ask();
    return described[key] === null ? null : Object.assign({}, described[key]);
  }

  // Ids of fields and sublists that have been checked before.
  const ids = new Set();
  function known(id) {
    if (typeof id === 'string' && id.length <= MAX_FLAT_CHARS && isPlain(id)) ids.add(id);
    return id;
  }

  const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

  /**
   * A record. Three things save calls to Python: a new line is selected together with its first value, an
   * unchanged record in standard mode returns the loaded values, and fields are described once. A script sees no
   * difference.
   */
  class Record {
    constructor(type, isDynamic, opened) {
      this.type = type;
      this.isDynamic = isDynamic;
      this.id = opened.id;
      Object.defineProperty(this, 'own', { value: {
        handle: opened.handle | 0, body: opened.body | 0, unread: new Set(), values: opened.values,
        growing: opened.growing, fresh: null, working: new Set(),
      } });
    }
    flush() {
      const { own } = this;
      const sublistId = own.fresh;
      own.fresh = null;
      host('select_new', own.handle, sublistId);
    }
    reach(operation, a, b, c, d) {
      if (this.own.fresh !== null) this.flush();
      return host(operation, this.own.handle, a, b, c, d);
    }
    change(operation, a, b, c, d) {
      this.own.values = null;
      this.reach(operation, a, b, c, d);
      return this;
    }
    setValue(...args) {
      const fieldId = known(takeOne('setValue', 'fieldId', args));
      const value = isOptions(args) ? args[0].value : args[1];
      this.change('set_value', fieldId, value);
      if (!this.isDynamic) this.own.unread.add(fieldId);
      return this;
    }
    getValue(...args) {
      const fieldId = takeOne('getValue', 'fieldId', args);
      const { values, body } = this.own;
      if (values === null) return host('get', body, fieldId);
      return has(values, fieldId) ? incoming(values[fieldId]) : '';
    }
    setText(...args) {
      const [fieldId, text] = take('setText', ['fieldId', 'text'], args);
      this.change('set_text', fieldId, text);
      this.own.unread.delete(fieldId);
      return this;
    }
    getText(...args) {
      const fieldId = takeOne('getText', 'fieldId', args);
      if (this.own.unread.has(fieldId)) {
        const text = 'Invalid API usage: getText after setValue in standard mode.';
        throw new SuiteScriptError('SSS_INVALID_API_USAGE', text);
      }
      return this.reach('text', fieldId);
    }
    getField(...args) {
      const fieldId = takeOne('getField', 'fieldId', args);
      return fieldOf(`${this.type} ${fieldId}`, () => this.reach('field', fieldId));
    }
    getFields() { return this.reach('field_ids'); }
    getLineCount(...args) {
      const sublistId = takeOne('getLineCount', 'sublistId', args);
      return this.reach('line_count', sublistId);
    }
    selectNewLine(...args) {
      const sublistId = takeOne('selectNewLine', 'sublistId', args);
      const { own } = this;
      if (!own.growing.includes(sublistId) || own.fresh !== null) this.change('select_new', sublistId);
      else own.fresh = sublistId;
      own.working.add(sublistId);
      return this;
    }
    selectLine(...args) {
      const [sublistId, line] = take('selectLine', ['sublistId', 'line'], args);
      this.change('select', sublistId, line);
      this.own.working.add(sublistId);
      return this;
    }
    commitLine(...args) {
      const sublistId = takeOne('commitLine', 'sublistId', args);
      this.change('commit', sublistId);
      this.own.working.delete(sublistId);
      return this;
    }
    cancelLine(...args) {
      const sublistId = takeOne('cancelLine', 'sublistId', args);
      this.change('cancel', sublistId);
      this.own.working.delete(sublistId);
      return this;
    }
    removeLine(...args) {
      const [sublistId, line] = take('removeLine', ['sublistId', 'line'], args);
      return this.change('remove', sublistId, line);
    }
    insertLine(...args) {
      const [sublistId, line] = take('insertLine', ['sublistId', 'line'], args);
      return this.change('insert', sublistId, line);
    }
    setCurrentSublistValue(options, ...rest) {
      if (rest.length === 0 && options && ids.has(options.sublistId) && ids.has(options.fieldId)) {
        return this.setCurrent(options.sublistId, options.fieldId, options.value);
      }
      const args = [options, ...rest];
      const method = 'setCurrentSublistValue';
      const sublistId = known(takeOne(method, 'sublistId', args));
      const named = isOptions(args);
      const fieldId = known(needed(method, 'fieldId', named ? args[0].fieldId : args[1]));
      const value = named ? args[0].value : args[2];
      return this.setCurrent(outgoing(sublistId), outgoing(fieldId), value);
    }
    setCurrent(sublistId, fieldId, value) {
      const { own } = this;
      own.values = null;
      let operation = 'set_current';
      if (own.fresh === sublistId) {
        own.fresh = null;
        operation = 'set_new';
      } else if (own.fresh !== null) this.flush();
      cross(__host(operation, own.handle, sublistId, fieldId, outgoing(value)));
      return this;
    }
    getCurrentSublistValue(...args) {
      const [sublistId, fieldId] = take('getCurrentSublistValue', ['sublistId', 'fieldId'], args);
      return this.reach('get_current', sublistId, fieldId);
    }
    getCurrentSublistField(...args) {
      const [sublistId, fieldId] = take('getCurrentSublistField', ['sublistId', 'fieldId'], args);
      const ask = () => this.reach('current_field', sublistId, fieldId);
      return this.own.working.has(sublistId) ? fieldOf(`${this.type} ${sublistId} ${fieldId}`, ask) : ask();
    }
    getCurrentSublistIndex(...args) {
      const sublistId = takeOne('getCurrentSublistIndex', 'sublistId', args);
      return this.reach('current_index', sublistId);
    }
    getCurrentSublistSubrecord(...args) {
      const [sublistId, fieldId] = take('getCurrentSublistSubrecord', ['sublistId', 'fieldId'], args);
      return new Subrecord(this.reach('current_subrecord', sublistId, fieldId));
    }
    setSublistValue(...args) {
      const names = ['sublistId', 'fieldId', 'line', 'value'];
      const [sublistId, fieldId, line, value] = take('setSublistValue', names, args);
      return this.change('set_line', sublistId, line, fieldId, value);
    }
    getSublistValue(...args) {
      const [sublistId, fieldId, line] = take('getSublistValue', ['sublistId', 'fieldId', 'line'], args);
      return this.reach('get_line', sublistId, line, fieldId);
    }
    getSublistField(...args) {
      const [sublistId, fieldId] = take('getSublistField', ['sublistId', 'fieldId', 'line'], args);
      return this.reach('line_field', sublistId, fieldId);
    }
    getSublistFields(...args) {
      const sublistId = takeOne('getSublistFields', 'sublistId', args);
      return this.reach('line_field_ids', sublistId);
    }
    getSublistSubrecord(...args) {
      const [sublistId, fieldId, line] = take('getSublistSubrecord', ['sublistId', 'fieldId', 'line'], args);
      return new Subrecord(this.reach('line_subrecord', sublistId, line, fieldId));
    }
    findSublistLineWithValue(...args) {
      const [sublistId, fieldId, value] = take('findSublistLineWithValue', ['sublistId', 'fieldId', 'value'], args);
      return this.reach('find_line', sublistId, fieldId, value);
    }
    save(options) {
      this.own.values = null;
      this.id = this.reach('save', Boolean(options && options.ignoreMandatoryFields));
      return this.id;
    }
  }

  // A row of a list, such as a subsidiary, opened for reading.
  class ListRecord {
    constructor(type, opened) {
      this.type = type;
      this.id = opened.id;
      Object.defineProperty(this, 'own', { value: opened });
    }
    getValue(...args) {
      const fieldId = takeOne('getValue', 'fieldId', args);
      const { values } = this.own;
      return has(values, fieldId) ? incoming(values[fieldId]) : '';
    }
    lines(sublistId) { return this.own.sublists[sublistId]; }
    getLineCount(...args) {
      const rows = this.lines(takeOne('getLineCount', 'sublistId', args));
      return rows ? rows.length : -1;
    }
    getSublistValue(...args) {
      const [sublistId, fieldId, line] = take('getSublistValue', ['sublistId', 'fieldId', 'line'], args);
      const row = (this.lines(sublistId) || [])[line] || {};
      return has(row, fieldId) ? row[fieldId] : '';
    }
  }

  const Type = {
    CUSTOMER: 'customer', INVOICE: 'invoice', CREDIT_MEMO: 'creditmemo', CUSTOMER_PAYMENT: 'customerpayment',
    CUSTOMER_REFUND: 'customerrefund',
    SALES_ORDER: 'salesorder', CURRENCY: 'currency', TRANSACTION: 'transaction', ENTITY: 'entity', ITEM: 'item',
  };

  const record = {
    Type: Type,
    create(...args) {
      const [type, isDynamic, defaults] = take('record.create', ['type', 'isDynamic?', 'defaultValues?'], args);
      const values = defaults || {};
      const opened = host('create', type, Boolean(isDynamic), values.entity === undefined ? null : values.entity);
      const created = new Record(type, Boolean(isDynamic), opened);
      Object.keys(values).filter((fieldId) => fieldId !== 'entity')
        .forEach((fieldId) => created.setValue(fieldId, values[fieldId]));
      return created;
    },
    transform(...args) {
      const names = ['fromType', 'fromId', 'toType', 'isDynamic?', 'defaultValues?'];
      const [fromType, fromId, toType, isDynamic, defaults] = take('record.transform', names, args);
      const opened = host('transform', fromType, fromId, toType, Boolean(isDynamic));
      const made = new Record(toType, Boolean(isDynamic), opened);
      Object.keys(defaults || {}).forEach((fieldId) => made.setValue(fieldId, defaults[fieldId]));
      return made;
    },
    load(...args) {
      const [type, id, isDynamic] = take('record.load', ['type', 'id', 'isDynamic?'], args);
      const opened = host('load', type, id, Boolean(isDynamic));
      return opened.sublists ? new ListRecord(type, opened) : new Record(type, Boolean(isDynamic), opened);
    },
    delete(...args) {
      const [type, id] = take('record.delete', ['type', 'id'], args);
      return host('delete', type, id);
    },
    submitFields(...args) {
      const [type, id, values] = take('record.submitFields', ['type', 'id', 'values', 'options?'], args);
      const sent = {};
      Object.keys(values).forEach((fieldId) => { sent[fieldId] = plain(values[fieldId]); });
      return host('submit_fields', type, id, sent);
    },
  };

  const nameOf = (column) => (typeof column === 'string' ? column : column.name);
  const keyOf = (column) => (column.join ? `${column.join.toLowerCase()}.${column.name}` : nameOf(column));

  class Result {
    constructor(row, columns) {
      this.id = row.id;
      this.recordType = row.recordType;
      this.found = row.columns;
      this.columns = columns;
    }
    // A column with a text of its own is a list, as lookupFields gives it.
    getAllValues() {
      const values = {};
      this.columns.map(keyOf).forEach((name) => {
        const [value, text] = this.found[name];
        values[name] = value !== '' && text !== value ? [{ value, text }] : value;
      });
      return { recordType: this.recordType, id: this.id, values };
    }
    getValue(column) { return (this.found[keyOf(column)] || [''])[0]; }
    getText(column) { return (this.found[keyOf(column)] || ['', ''])[1]; }
  }

  // Oracle section_1536177235; they change nothing here, where amounts are those of a subsidiary.
  const SETTINGS = {
    consolidationtype: ['ACCTTYPE', 'AVERAGE', 'CURRENT', 'HISTORICAL', 'NONE'],
    includeperiodendtransactions: ['F', 'FALSE', 'T', 'TRUE'],
  };

  const search = {
    Type: Type,
    Sort: { ASC: 'ASC', DESC: 'DESC', NONE: 'NONE' },
    Summary: { GROUP: 'GROUP', SUM: 'SUM' },
    createColumn(options) { return options; },
    createFilter(options) { return options; },
    createSetting(...args) {
      const [name, value] = take('search.createSetting', ['name', 'value'], args);
      const known = SETTINGS[String(name).toLowerCase()];
      if (!known) throw new SuiteScriptError('SSS_INVALID_SRCH_SETTING', `Unknown search parameter name: ${name}.`);
      if (known.includes(String(value).toUpperCase())) return { name, value };
      throw new SuiteScriptError('SSS_INVALID_SRCH_SETTING_VALUE', `Unsupported value set for ${name}: ${value}.`);
    },
    load() { throw new SuiteScriptError('RCRD_DSNT_EXIST', 'That record does not exist.'); }, // no search is saved here
    create(options) {
      const [type] = take('search.create', ['type'], [options]);
      const columns = (options.columns || []).map((column) => (typeof column === 'string' ? { name: column } : column));
      const hosted = columns.map((column) => ({ ...column, name: keyOf(column) }));
      const range = (start, end) => host('search', type, options.filters || [], hosted, start, end)
        .map((row) => new Result(row, columns));
      return {
        searchType: type,
        run() {
          return {
            getRange(...args) {
              const [start, end] = take('ResultSet.getRange', ['start', 'end'], args);
              return range(start, Math.min(end, start + 1000));
            },
            each(callback) { range(0, 4000).every((result) => callback(result) === true); },
          };
        },
        runPaged(...args) {
          const [pageSize] = take('Search.runPaged', ['pageSize?'], args);
          const size = pageSize === undefined ? 50 : pageSize;
          const count = host('search_count', type, options.filters || [], hosted, size);
          const pageRanges = Array.from({ length: Math.ceil(count / size) }, (_, index) => ({ index }));
          return {
            count,
            pageRanges,
            fetch(...chosen) {
              const { index } = chosen[0];
              if (!pageRanges[index]) throw new SuiteScriptError('INVALID_PAGE_RANGE', 'Invalid page range.');
              const rows = host('search_page', type, options.filters || [], hosted, index * size, size);
              const data = rows.map((row) => new Result(row, columns));
              return { data, isFirst: index === 0, isLast: index === pageRanges.length - 1, pageRange: pageRanges[index] };
            },
          };
        },
      };
    },
    lookupFields(...args) {
      const [type, id, columns] = take('search.lookupFields', ['type', 'id', 'columns'], args);
      return host('lookup', type, id, [].concat(columns));
    },
  };

  const query = {
    runSuiteQL(...args) {
      const [statement, params] = take('query.runSuiteQL', ['query', 'params?'], args);
      const rows = host('suiteql', statement, params || []);
      return { asMappedResults: () => rows, results: rows.map((row) => ({ values: Object.values(row) })) };
    },
  };

  const runtime = {
    EnvType: { SANDBOX: 'SANDBOX', PRODUCTION: 'PRODUCTION', BETA: 'BETA', INTERNAL: 'INTERNAL' },
    get accountId() { return settings.accountId; },
    get envType() { return settings.environment; },
    get version() { return settings.version; },
    isFeatureInEffect(...args) {
      const [feature] = take('isFeatureInEffect', ['feature'], args);
      return settings.features.includes(feature);
    },
    getCurrentScript() {
      return {
        id: settings.script, deploymentId: settings.deploy,
        getRemainingUsage: () => host('units_left'),
        getParameter: (options) => settings.preferences[nameOf(options)] || null,
      };
    },
    getCurrentUser() {
      return Object.assign({}, settings.user, {
        getPermission: (options) => {
          const level = settings.permissions[nameOf(options)];
          return level === undefined ? 4 : level;
        },
        getPreference: (options) => settings.preferences[nameOf(options)] || null,
      });
    },
  };

  const transaction = {
    Type: Type,
    void(...args) {
      const [type, id] = take('transaction.void', ['type', 'id'], args);
      return host('void', type, id);
    },
  };

  const config = {
    Type: { ACCOUNTING_PREFERENCES: 'accountingpreferences', COMPANY_INFORMATION: 'companyinformation' },
    load(...args) {
      const [type] = take('config.load', ['type'], args);
      const values = host('config', type);
      return {
        getValue(...fields) {
          const [fieldId] = take('getValue', ['fieldId'], fields);
          return values[fieldId] === undefined ? null : values[fieldId];
        },
      };
    },
  };

  const error = {
    create(options) {
      const made = new SuiteScriptError(options.name, options.message || '');
      made.notifyOff = Boolean(options.notifyOff);
      return made;
    },
  };

  const write = (level) => (options) => {
    host('log', level, String(options !== null && typeof options === 'object' ? options.title : options));
  };
  const log = { audit: write('audit'), debug: write('debug'), error: write('error'), emergency: write('emergency') };

  const PATHS = {
    customer: '/app/common/entity/custjob.nl',
    invoice: '/app/accounting/transactions/custinvc.nl',
    creditmemo: '/app/accounting/transactions/custcred.nl',
    salesorder: '/app/accounting/transactions/salesord.nl',
    customerpayment: '/app/accounting/transactions/custpymt.nl',
    customerrefund: '/app/accounting/transactions/custrfnd.nl',
  };
  const url = {
    HostType: { APPLICATION: 'APPLICATION', CUSTOMER_CENTER: 'CUSTOMERCENTER', RESTLET: 'RESTLETS' },
    resolveDomain(...args) {
      const [hostType] = take('url.resolveDomain', ['hostType'], args);
      const prefix = settings.accountId.toLowerCase().replace(/_/g, '-');
      return prefix + (hostType === 'RESTLET' ? '.restlets.api.netsuite.com' : '.app.netsuite.com');
    },
    resolveRecord(...args) {
      const [type, id] = take('url.resolveRecord', ['recordType', 'recordId'], args);
      return `${PATHS[type] || '/app/accounting/transactions/transaction.nl'}?id=${id}`;
    },
  };

  const isDayFirst = () => String((settings.preferences || {}).DATEFORMAT || 'M').startsWith('D');
  const clock = (value) => {
    const hour = value.getHours();
    return `${hour % 12 || 12}:${String(value.getMinutes()).padStart(2, '0')} ${hour < 12 ? 'am' : 'pm'}`;
  };
  const ofClock = (text) => {
    const [, hour, minute, half] = / (\d+):(\d+) ([ap]m)$/.exec(text) || [null, '12', '0', 'am'];
    return [Number(hour) % 12 + (half === 'pm' ? 12 : 0), Number(minute)];
  };
  const format = {
    Type: { DATE: 'date', DATETIME: 'datetime' },
    format({ value, type }) {
      const [day, month] = [value.getDate(), value.getMonth() + 1];
      const shown = `${isDayFirst() ? `${day}/${month}` : `${month}/${day}`}/${value.getFullYear()}`;
      return type === 'datetime' ? `${shown} ${clock(value)}` : shown;
    },
    parse({ value, type }) {
      const [first, second, year] = String(value).split(' ')[0].split('/').map(Number);
      const time = type === 'datetime' ? ofClock(String(value)) : [];
      return isDayFirst() ? new ServerDate(year, second - 1, first, ...time) : new ServerDate(year, first - 1, second, ...time);
    },
  };

  const NATIVE = {
    'N/record': record, 'N/search': search, 'N/query': query, 'N/runtime': runtime, 'N/error': error, 'N/log': log,
    'N/url': url, 'N/format': format, 'N/transaction': transaction, 'N/config': config,
  };

  // AMD: files are parsed once, their factories run again for each call, as in NetSuite.
  const files = {};
  let parsing = null;
  globalThis.log = log;
  globalThis.define = (...given) => {
    const from = parsing;
    const factory = given.pop();
    const dependencies = given.pop() || [];
    files[from] = { needed: dependencies.map((name) => (name[0] === '.' ? absolute(from, name) : name)), factory };
  };

  // What compiled TypeScript asks for instead of, or beside, its modules.
  function requireFrom(path, loaded) {
    return (name) => NATIVE[name] || load(name[0] === '.' ? absolute(path, name) : name, loaded);
  }
  globalThis.__parse = (path, source) => {
    parsing = path;
    (0, eval)(source);
  };

  function absolute(from, dependency) {
    const parts = from.split('/').slice(0, -1);
    dependency.replace(/\.js$/, '').split('/').forEach((part) => {
      if (part === '..') parts.pop();
      else if (part !== '.') parts.push(part);
    });
    return `${parts.join('/')}.js`;
  }

  function load(path, loaded) {
    const known = NATIVE[path] || loaded[path];
    if (known !== undefined) return known;
    if (!files[path]) throw new SuiteScriptError('MODULE_DOES_NOT_EXIST', `Module does not exist: ${path}`);
    const { needed, factory } = files[path];
    const own = { exports: {} };
    const asked = { require: requireFrom(path, loaded), exports: own.exports, module: own };
    const modules = [];
    for (let index = 0; index < needed.length; index += 1) {
      const name = needed[index];
      modules.push(asked[name] || NATIVE[name] || loaded[name] || load(name, loaded));
    }
    const made = typeof factory === 'function' ? factory.apply(null, modules) : factory;
    loaded[path] = made === undefined ? own.exports : made;
    return loaded[path];
  }

  function describe(thrown) {
    if (thrown instanceof SuiteScriptError) {
      return { name: thrown.name, message: thrown.message, json: thrown.toString() };
    }
    const plain = thrown instanceof Error ? thrown : new Error(String(thrown));
    const made = new SuiteScriptError('UNEXPECTED_ERROR', `${plain.name}: ${plain.message}`);
    made.stack = String(plain.stack).split('\n');
    return { name: made.name, message: made.message, json: made.toString() };
  }

  globalThis.__run = (callSettings, main, verb, input) => {
    if (callSettings !== settingsText) settings = JSON.parse(callSettings);
    settingsText = callSettings;
    if (settings.catalogue === undefined || settings.catalogue !== describedFor) described = {};
    describedFor = settings.catalogue;
    let argument;
    try {
      argument = JSON.parse(input);
    } catch (thrown) {
      return JSON.stringify({ unreadable: thrown.message });
    }
    try {
      const entry = load(main, {})[verb];
      if (!entry) return JSON.stringify({ noEntry: true });
      const output = entry(argument);
      if (typeof output === 'string') return JSON.stringify({ text: output });
      return flat(`=${output === undefined || output === null ? '' : JSON.stringify(output)}`);
    } catch (thrown) {
      return JSON.stringify({ thrown: describe(thrown) });
    }
  };
}());
