"""
Spans of records, and the only place that knows OpenTelemetry, which is imported where it is installed.

May import event headers, outcomes and records.
The steps that are traced are in ingest, pipeline, netsuite and relay.
"""
