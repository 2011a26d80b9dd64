'use strict';

/**
 * Prints the script files with counters in them, as JSON: {path: {source, lines, functions}}.
 *
 * `lines` is the source line on which each counted statement begins, by the statement's number in the counters;
 * `functions` names the functions likewise. The counters are in `globalThis.__coverage__[path]` (`s` and `f`).
 * The file cabinet itself is left as it is.
 */

const fs = require('node:fs');
const path = require('node:path');
const { createInstrumenter } = require('istanbul-lib-instrument');

const CABINET = path.join(__dirname, '..', 'src', 'FileCabinet', 'SuiteScripts', 'lago_netsuite');

function instrumented(file) {
  const instrumenter = createInstrumenter({
    esModules: false, coverageGlobalScope: 'globalThis', coverageGlobalScopeFunc: false,
  });
  const source = instrumenter.instrumentSync(fs.readFileSync(path.join(CABINET, file), 'utf8'), file);
  const { statementMap, fnMap } = instrumenter.lastFileCoverage();
  const lines = Object.values(statementMap).map(({ start }) => start.line);
  const functions = Object.values(fnMap).map(({ name, decl }) => `${name}:${decl.start.line}`);
  return { source, lines, functions };
}

const files = fs.readdirSync(CABINET, { recursive: true })
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.split(path.sep).join('/'));
process.stdout.write(JSON.stringify(Object.fromEntries(files.map((file) => [file, instrumented(file)]))));
