"""
What a changed connections.yaml would book otherwise for the same events: values in, values out; no I/O.

May import pipeline (routing and dry runs), events, mapping, config, schemas and the vocabulary.
Start in comparison for one event, in totals for many; the command `backtest` reads the events.
"""
