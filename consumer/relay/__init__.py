"""
Error events and new customers become signed webhooks to the configured endpoints.

May import events, http_client, ops, tracing, config, schemas and the vocabulary.
The path ends at an endpoint; what it does not accept is published as undeliverable.
"""
