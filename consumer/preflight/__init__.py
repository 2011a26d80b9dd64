"""
Checks of an account before the first write: a connection's requirements against the account's set-up; pure.

May import config, mapping and schemas.
netsuite reads the account, and the command `check --deep` prints the findings.
"""
