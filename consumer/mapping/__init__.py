"""
Map Lago objects to NetSuite records; pure.

May import config, schemas and the vocabulary.
pipeline passes the request to netsuite; the command `explain` prints the decision log.
"""
