"""
The configuration of the process and of each connection: environment, connections.yaml, secrets, expressions.

May import the vocabulary and schemas (which fields the RESTlet sets); its one kind of I/O is reading files.
`app` uses the settings, mapping the rules of `connection`, netsuite and lago their addresses and secrets.
"""
