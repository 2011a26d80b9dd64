"""
What becomes of one record: decode, enrich, route, map, write, publish.

May import mapping, events, lago (lookup results), ops, tracing, config, schemas and the vocabulary; no Kafka.
Continue in mapping for the request, in netsuite for the call, in events for what is published.
"""
