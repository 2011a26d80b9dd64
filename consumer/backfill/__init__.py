"""
The plan of a backfill: the documents read from Lago, their order and its position; no I/O.

May import events, preflight and schemas.
The commands read Lago and write to Kafka; the worker processes these events like live ones.
"""
