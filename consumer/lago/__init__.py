"""
Everything that knows Lago's REST API and signatures.

May import config, schemas and the vocabulary.
The pipeline looks customers up here, and ingest verifies webhooks.
"""
