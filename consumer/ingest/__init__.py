"""
Lago's webhooks in, Kafka records out: verified, unchanged, acknowledged.

May import kafka, lago, pipeline's ownership, ops, tracing, config, schemas and the vocabulary.
The way goes on in the topic of the webhook's kind, and from there in stream.
"""
