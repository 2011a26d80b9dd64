'use strict';

module.exports = { defaultProjectFolder: 'src', commands: {} };
