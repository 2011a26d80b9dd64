"""
Spans of records; the only wing that imports OpenTelemetry, if it is installed.

May import ops, events (headers) and the vocabulary.
The traced steps are in ingest, pipeline, netsuite and relay.
"""
