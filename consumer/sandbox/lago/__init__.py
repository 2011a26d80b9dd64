"""
Lago on this machine: one organisation's documents, its REST API and its webhooks.

May import config, schemas and the vocabulary; neither Kafka nor the connector's own side of Lago.
Start in organization and billing for what happens, in rest and webhooks for how it is seen.
"""
