"""
Error events and new customers become signed webhooks at endpoints of yours.

May import events, tracing, config, schemas and the vocabulary.
The way ends at an endpoint; what it does not take is published as undeliverable.
"""
