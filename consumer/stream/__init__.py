"""
One consumer group's way from Kafka to a `Deliver`: the parts put together, run, measured and stopped.

May import kafka, engine, limits, ops, tracing and the vocabulary.
The way goes on in the `Deliver` that it is given: the pipeline of a connection, or the relay of an endpoint.
"""
