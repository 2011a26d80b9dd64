"""
Error events and new customers become signed webhooks; results become links in Lago.

May import events, http_client, lago, ops, tracing, config, schemas and the vocabulary.
The path ends at an endpoint; what it does not accept is published as undeliverable.
"""
