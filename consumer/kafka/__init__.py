"""
Everything that knows aiokafka: clients, polling, committing, rebalances, publishing, topics.

May import engine, ops, config and the vocabulary.
The poller hands records to the engine; the publisher takes outgoing events.
"""
