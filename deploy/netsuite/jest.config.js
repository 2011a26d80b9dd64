'use strict';

const SuiteCloudJestConfiguration =
  require('@oracle/suitecloud-unit-testing/jest-configuration/SuiteCloudJestConfiguration');

// Oracle's configuration maps N/… to Oracle's stubs, whose members are the real API's, and reads AMD.
const suiteCloud = SuiteCloudJestConfiguration.build({
  projectFolder: 'src',
  projectType: SuiteCloudJestConfiguration.ProjectType.ACP,
});

module.exports = {
  ...suiteCloud,
  testMatch: ['<rootDir>/tests/**/*.test.js'],
  restoreMocks: true,
};
