"""
The plan of a backfill: the documents read from Lago, their order, and their webhooks; no I/O.

May import schemas.
The commands read Lago and write to Kafka; the worker processes these events like live ones.
"""
