"""
Everything that uses NetSuite over HTTP: login, calls, and the outcomes of responses.

May import mapping, preflight, events, http_client, tracing, config, schemas and the vocabulary.
The RESTlet in deploy/netsuite runs the call; its outcome returns to pipeline.
"""
