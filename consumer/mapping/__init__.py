"""
Lago objects become NetSuite records; pure.

May import config, outcomes and schemas.
The pipeline asks for a request here and hands it to netsuite; `explain` prints the decision log.
"""
