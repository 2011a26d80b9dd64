"""
What is published: results, error events, their headers, and the figures that describe a document; pure.

May import mapping, config, schemas and the vocabulary.
The pipeline publishes them to Kafka; from the error topic the way goes on in relay.
"""
