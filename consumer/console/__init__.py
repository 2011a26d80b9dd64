"""The operator's pages: what the topics say, kept in SQLite, and the acts of people.

May import kafka, reconcile, backtest, ops, failures, preflight, limits, mapping, config, http_client, schemas, the vocabulary.
It goes on in `commands`, which puts the console together and does what people ask for.
"""  # noqa: E501 - a wing names all that it imports in one line
