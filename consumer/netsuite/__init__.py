"""
Everything that knows NetSuite over HTTP: signatures, calls, and what its responses mean as outcomes.

May import preflight's questions, events, tracing, config and the vocabulary.
The way goes on in NetSuite: the RESTlet in deploy/netsuite; its outcomes go back to the pipeline.
"""
