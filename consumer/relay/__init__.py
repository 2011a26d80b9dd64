"""
Post error events and new customers as signed webhooks, write links of results to Lago, and end failures.

May import events, failures, http_client, lago, ops, tracing, config, schemas and the vocabulary.
The path ends at an endpoint; what it does not accept is published as undeliverable.
"""
