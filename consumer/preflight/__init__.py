"""
Before the first write: what a connection needs of its account, checked against what is there; pure.

May import config and schemas.
netsuite asks the questions of an account, and the command `check --deep` prints the findings.
"""
