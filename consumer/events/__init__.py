"""
Outgoing events: results, error events, their headers, and the amounts of a document; pure.

May import mapping, config, schemas and the vocabulary.
pipeline publishes them to Kafka; relay reads error events and new customers from there.
"""
