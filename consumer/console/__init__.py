"""The operator's pages: what the topics say, kept in SQLite, and the acts of people.

May import kafka, reconcile, ops, failures, preflight, mapping, config, http_client, schemas, the vocabulary.
It goes on in `commands`, which puts the console together and does what people ask for.
"""
