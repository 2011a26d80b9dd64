"""
Lago billing events become NetSuite records, exactly once in effect.

Beside the wings: record, outcome, errors and clock, which everybody imports; the commands, and the worker.
The wings lie in the order of a record's way: ingest, stream, pipeline, mapping, netsuite, events, relay.
"""

__version__ = "0.1.0"
