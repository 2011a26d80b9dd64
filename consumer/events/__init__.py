"""
Outgoing events: results, error events, webhooks of documents read from Lago, headers and amounts; pure.

May import mapping, config, schemas and the vocabulary.
pipeline publishes them to Kafka; relay reads error events and new customers from there.
"""
