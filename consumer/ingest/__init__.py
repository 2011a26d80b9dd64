"""
Lago's webhooks become Kafka records: signature verified, bytes unchanged, write acknowledged.

May import kafka, pipeline (ownership), lago, ops, tracing, events, config, schemas and the vocabulary.
The record goes to the input topic of its object; stream reads it from there.
"""
