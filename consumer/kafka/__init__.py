"""
Everything that uses aiokafka: clients, polling, committing, rebalances, publishing, topics.

May import engine, ops, config, http_client, schemas and the vocabulary.
The poller passes records to engine; the publisher takes outgoing events from pipeline.
"""
