"""
One consumer group from Kafka to a `Deliver`: its parts assembled, run, measured and stopped.

May import kafka, engine, limits, events (headers), ops, tracing, config, schemas and the vocabulary.
The `Deliver` is the pipeline of a connection, or the relay of an endpoint.
"""
