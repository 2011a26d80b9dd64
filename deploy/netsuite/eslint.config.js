'use strict';

const js = require('@eslint/js');
const globals = require('globals');
const suitescript = require('eslint-plugin-suitescript');

// What SuiteScript 2.1 promises: ECMAScript 2019, AMD, none of Node's or the browser's globals.
const cabinet = {
  files: ['src/FileCabinet/**/*.js'],
  languageOptions: {
    ecmaVersion: 2019,
    sourceType: 'script',
    globals: { ...globals.es2018, define: 'readonly' },
  },
  plugins: { suitescript },
  rules: {
    'suitescript/api-version': 'error',
    'suitescript/entry-points': 'error',
    'suitescript/log-args': 'error',
    'suitescript/module-vars': ['error', {
      'N/config': 'config', 'N/error': 'error', 'N/format': 'format', 'N/log': 'log', 'N/query': 'query',
      'N/record': 'record', 'N/runtime': 'runtime', 'N/search': 'search', 'N/transaction': 'transaction',
      'N/url': 'url',
    }],
    'suitescript/no-amd-name': 'error',
    'suitescript/no-extra-modules': 'error',
    'suitescript/no-invalid-modules': 'error',
    'suitescript/no-module-extensions': 'error',
    'suitescript/script-type': 'error',
    // N/log is asked for like every other module, so that a test can give another.
    'suitescript/no-log-module': 'off',
    complexity: ['error', 12],
    'max-len': ['error', 130],
    'max-lines': ['error', 250],
    'no-restricted-syntax': ['error',
      { selector: 'AwaitExpression, :function[async=true]', message: 'Saves come one after the other.' },
      { selector: 'NewExpression[callee.name="Date"] > Literal', message: 'A date text is read as UTC.' },
    ],
    strict: ['error', 'never'],
  },
};

const everywhere = {
  rules: {
    curly: ['error', 'multi-line'],
    eqeqeq: 'error',
    'no-implicit-globals': 'error',
    'no-param-reassign': 'error',
    'no-unused-vars': ['error', { caughtErrors: 'none' }],
    'no-use-before-define': ['error', { functions: false }],
    'no-var': 'error',
    'prefer-const': 'error',
  },
};

const onNode = {
  files: ['*.js', 'coverage/**/*.js', 'validation/**/*.js', 'tests/**/*.js'],
  languageOptions: { ecmaVersion: 2023, sourceType: 'commonjs', globals: { ...globals.node } },
  rules: { 'max-len': ['error', 130], 'max-lines': ['error', 250], strict: ['error', 'global'] },
};

const inTests = { files: ['tests/**/*.js'], languageOptions: { globals: { ...globals.jest } } };

module.exports = [js.configs.recommended, everywhere, cabinet, onNode, inTests];
