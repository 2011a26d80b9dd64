"""
Everything that uses Lago's REST API and webhook signatures.

May import http_client, events (headers), config, schemas and the vocabulary.
pipeline looks customers up here, and ingest verifies webhooks.
"""
