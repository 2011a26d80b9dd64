"""
The account before the first write: the needs of a connection compared with the account's set-up; pure.

May import config and schemas.
netsuite reads the account, and the command `check --deep` prints the findings.
"""
