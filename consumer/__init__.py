"""
Lago billing events become NetSuite records, exactly once in effect.

Beside the wings: record, outcome, errors, clock (the vocabulary, which every wing may import), cli and app.
The wings in the order of a record's path: ingest, stream, pipeline, mapping, netsuite, events, relay.
"""

__version__ = "0.1.0"
