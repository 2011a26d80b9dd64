"""
What becomes of one record: decode, enrich, route, map, write, publish.

May import mapping, events, lago's lookup results, tracing, config and the vocabulary; no Kafka and no HTTP.
The way goes on in mapping for what is written, in netsuite for the call, in events for what is published.
"""
