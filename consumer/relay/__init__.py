"""
Post error events and new customers as signed webhooks, and write links of results to Lago.

May import events, http_client, lago, ops, tracing, config, schemas and the vocabulary.
The path ends at an endpoint; what it does not accept is published as undeliverable.
"""
