"""NetSuite on this machine: the RESTlet that is deployed, on emulated SuiteScript modules."""
