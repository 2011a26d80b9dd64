"""
Lago on this machine: one organisation's documents, its REST API and its webhooks.

May import config, schemas and the vocabulary; neither Kafka nor the connector's client of Lago.
Modules organization and billing have the changes; rest and webhooks have the interfaces.
"""
