// The script's side of the emulated N/* modules: thin proxies over __host(operation, arguments as JSON).
// Evaluated once for each engine; `__start(settings)` begins a call.
'use strict';
(function () {
  const PlainDate = Date;
  let settings = {};

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

  // Local time is the server's, whatever the zone of this machine.
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

  function outgoing(value) {
    if (value instanceof PlainDate) return { $date: value.getTime() };
    return value === undefined ? null : value;
  }

  function incoming(value) {
    if (value !== null && typeof value === 'object' && value.$day) {
      const [year, month, day] = value.$day;
      return new ServerDate(year, month - 1, day);
    }
    return value;
  }

  const NOTHING = '{"ok":null}';
  function host(operation, ...args) {
    const text = __host(operation, JSON.stringify(args.map(outgoing)));
    if (text === NOTHING) return null;
    const answer = JSON.parse(text);
    if (answer.error) throw new SuiteScriptError(answer.error.name, answer.error.message);
    return incoming(answer.ok);
  }

  // Methods take one object of options or the options in order; a missing one is an error before anything else.
  const NEEDED = {};
  function parse(names) {
    return names.map((name) => ({ name: name.replace('?', ''), isNeeded: !name.endsWith('?') && name !== 'value' }));
  }

  function take(method, names, args) {
    const wanted = NEEDED[method] || (NEEDED[method] = parse(names));
    const first = args[0];
    const isOptions = args.length === 1 && first !== null && typeof first === 'object'
      && !Array.isArray(first) && !(first instanceof PlainDate);
    const taken = [];
    for (let index = 0; index < wanted.length; index += 1) {
      const { name, isNeeded } = wanted[index];
      const value = isOptions ? first[name] : args[index];
      if (isNeeded && (value === undefined || value === null || value === '')) {
        throw new SuiteScriptError('SSS_MISSING_REQD_ARGUMENT', `${method}: Missing a required argument: ${name}`);
      }
      taken.push(value);
    }
    return taken;
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
      host('put', this.number, fieldId, text);
      return this;
    }
    save() {
      throw new SuiteScriptError('SSS_INVALID_API_USAGE', 'A subrecord is saved with its parent record.');
    }
  }

  class Record {
    constructor(type, isDynamic, opened) {
      this.type = type;
      this.isDynamic = isDynamic;
      this.id = opened.id;
      Object.defineProperty(this, 'handle', { value: opened.handle });
      Object.defineProperty(this, 'body', { value: opened.body });
      Object.defineProperty(this, 'unread', { value: new Set() });
    }
    setValue(...args) {
      const [fieldId, value] = take('setValue', ['fieldId', 'value'], args);
      host('set_value', this.handle, fieldId, value);
      if (!this.isDynamic) this.unread.add(fieldId);
      return this;
    }
    getValue(...args) {
      const [fieldId] = take('getValue', ['fieldId'], args);
      return host('get', this.body, fieldId);
    }
    setText(...args) {
      const [fieldId, text] = take('setText', ['fieldId', 'text'], args);
      host('set_text', this.handle, fieldId, text);
      this.unread.delete(fieldId);
      return this;
    }
    getText(...args) {
      const [fieldId] = take('getText', ['fieldId'], args);
      if (this.unread.has(fieldId)) {
        const text = 'Invalid API usage: getText after setValue in standard mode.';
        throw new SuiteScriptError('SSS_INVALID_API_USAGE', text);
      }
      return host('text', this.handle, fieldId);
    }
    getField(...args) {
      const [fieldId] = take('getField', ['fieldId'], args);
      return host('field', this.handle, fieldId);
    }
    getFields() { return host('field_ids', this.handle); }
    getLineCount(...args) {
      const [sublistId] = take('getLineCount', ['sublistId'], args);
      return host('line_count', this.handle, sublistId);
    }
    selectNewLine(...args) {
      const [sublistId] = take('selectNewLine', ['sublistId'], args);
      host('select_new', this.handle, sublistId);
      return this;
    }
    selectLine(...args) {
      const [sublistId, line] = take('selectLine', ['sublistId', 'line'], args);
      host('select', this.handle, sublistId, line);
      return this;
    }
    commitLine(...args) {
      const [sublistId] = take('commitLine', ['sublistId'], args);
      host('commit', this.handle, sublistId);
      return this;
    }
    cancelLine(...args) {
      const [sublistId] = take('cancelLine', ['sublistId'], args);
      host('cancel', this.handle, sublistId);
      return this;
    }
    removeLine(...args) {
      const [sublistId, line] = take('removeLine', ['sublistId', 'line'], args);
      host('remove', this.handle, sublistId, line);
      return this;
    }
    insertLine(...args) {
      const [sublistId, line] = take('insertLine', ['sublistId', 'line'], args);
      host('insert', this.handle, sublistId, line);
      return this;
    }
    setCurrentSublistValue(...args) {
      const [sublistId, fieldId, value] = take('setCurrentSublistValue', ['sublistId', 'fieldId', 'value'], args);
      host('set_current', this.handle, sublistId, fieldId, value);
      return this;
    }
    getCurrentSublistValue(...args) {
      const [sublistId, fieldId] = take('getCurrentSublistValue', ['sublistId', 'fieldId'], args);
      return host('get_current', this.handle, sublistId, fieldId);
    }
    getCurrentSublistField(...args) {
      const [sublistId, fieldId] = take('getCurrentSublistField', ['sublistId', 'fieldId'], args);
      return host('current_field', this.handle, sublistId, fieldId);
    }
    getCurrentSublistIndex(...args) {
      const [sublistId] = take('getCurrentSublistIndex', ['sublistId'], args);
      return host('current_index', this.handle, sublistId);
    }
    getCurrentSublistSubrecord(...args) {
      const [sublistId, fieldId] = take('getCurrentSublistSubrecord', ['sublistId', 'fieldId'], args);
      return new Subrecord(host('current_subrecord', this.handle, sublistId, fieldId));
    }
    setSublistValue(...args) {
      const names = ['sublistId', 'fieldId', 'line', 'value'];
      const [sublistId, fieldId, line, value] = take('setSublistValue', names, args);
      host('set_line', this.handle, sublistId, line, fieldId, value);
      return this;
    }
    getSublistValue(...args) {
      const [sublistId, fieldId, line] = take('getSublistValue', ['sublistId', 'fieldId', 'line'], args);
      return host('get_line', this.handle, sublistId, line, fieldId);
    }
    getSublistField(...args) {
      const [sublistId, fieldId] = take('getSublistField', ['sublistId', 'fieldId', 'line'], args);
      return host('line_field', this.handle, sublistId, fieldId);
    }
    getSublistFields(...args) {
      const [sublistId] = take('getSublistFields', ['sublistId'], args);
      return host('line_field_ids', this.handle, sublistId);
    }
    getSublistSubrecord(...args) {
      const [sublistId, fieldId, line] = take('getSublistSubrecord', ['sublistId', 'fieldId', 'line'], args);
      return new Subrecord(host('line_subrecord', this.handle, sublistId, line, fieldId));
    }
    findSublistLineWithValue(...args) {
      const [sublistId, fieldId, value] = take('findSublistLineWithValue', ['sublistId', 'fieldId', 'value'], args);
      return host('find_line', this.handle, sublistId, fieldId, value);
    }
    save(options) {
      this.id = host('save', this.handle, Boolean(options && options.ignoreMandatoryFields));
      return this.id;
    }
  }

  const Type = {
    CUSTOMER: 'customer', INVOICE: 'invoice', CREDIT_MEMO: 'creditmemo', CUSTOMER_PAYMENT: 'customerpayment',
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
      return new Record(type, Boolean(isDynamic), host('load', type, id, Boolean(isDynamic)));
    },
    delete(...args) {
      const [type, id] = take('record.delete', ['type', 'id'], args);
      return host('delete', type, id);
    },
    submitFields(...args) {
      const [type, id, values] = take('record.submitFields', ['type', 'id', 'values', 'options?'], args);
      const sent = {};
      Object.keys(values).forEach((fieldId) => { sent[fieldId] = outgoing(values[fieldId]); });
      return host('submit_fields', type, id, sent);
    },
  };

  const nameOf = (column) => (typeof column === 'string' ? column : column.name);

  class Result {
    constructor(row) { this.id = row.id; this.recordType = row.recordType; this.found = row.columns; }
    getValue(column) { return (this.found[nameOf(column)] || [''])[0]; }
    getText(column) { return (this.found[nameOf(column)] || ['', ''])[1]; }
  }

  const search = {
    Type: Type,
    Sort: { ASC: 'ASC', DESC: 'DESC', NONE: 'NONE' },
    Summary: { GROUP: 'GROUP', SUM: 'SUM' },
    createColumn(options) { return options; },
    create(options) {
      const [type] = take('search.create', ['type'], [options]);
      const columns = (options.columns || []).map((column) => (typeof column === 'string' ? { name: column } : column));
      const range = (start, end) => host('search', type, options.filters || [], columns, start, end)
        .map((row) => new Result(row));
      return {
        searchType: type,
        run() {
          return {
            getRange(...args) {
              const [start, end] = take('ResultSet.getRange', ['start', 'end'], args);
              return range(start, end);
            },
            each(callback) { range(0, 4000).every((result) => callback(result) === true); },
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
  };
  const url = {
    HostType: { APPLICATION: 'APPLICATION', CUSTOMER_CENTER: 'CUSTOMER_CENTER', RESTLET: 'RESTLET' },
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
  const format = {
    Type: { DATE: 'date' },
    format({ value }) {
      const [day, month] = [value.getDate(), value.getMonth() + 1];
      return `${isDayFirst() ? `${day}/${month}` : `${month}/${day}`}/${value.getFullYear()}`;
    },
    parse({ value }) {
      const [first, second, year] = String(value).split('/').map(Number);
      return isDayFirst() ? new ServerDate(year, second - 1, first) : new ServerDate(year, first - 1, second);
    },
  };

  const NATIVE = {
    'N/record': record, 'N/search': search, 'N/query': query, 'N/runtime': runtime, 'N/error': error, 'N/log': log,
    'N/url': url, 'N/format': format, 'N/transaction': transaction, 'N/config': config,
  };

  // AMD: files are parsed once, their factories run afresh for each call, as NetSuite does.
  const files = {};
  let parsing = null;
  globalThis.log = log;
  globalThis.define = (dependencies, factory) => { files[parsing] = { dependencies, factory }; };
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
    if (loaded[path] === undefined) {
      if (!files[path]) throw new SuiteScriptError('MODULE_DOES_NOT_EXIST', `Module does not exist: ${path}`);
      const { dependencies, factory } = files[path];
      loaded[path] = factory(...dependencies.map((name) => {
        if (name.startsWith('.')) return load(absolute(path, name), loaded);
        if (!NATIVE[name]) throw new SuiteScriptError('MODULE_DOES_NOT_EXIST', `Module does not exist: ${name}`);
        return NATIVE[name];
      }));
    }
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
    settings = JSON.parse(callSettings);
    try {
      const entry = load(main, {})[verb];
      if (!entry) return JSON.stringify({ noEntry: true });
      const output = entry(JSON.parse(input));
      if (typeof output === 'string') return JSON.stringify({ text: output });
      return JSON.stringify({ json: output === undefined || output === null ? '' : JSON.stringify(output) });
    } catch (thrown) {
      return JSON.stringify({ thrown: describe(thrown) });
    }
  };
}());
