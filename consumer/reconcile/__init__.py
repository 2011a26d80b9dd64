"""
Whether the books agree: what Lago says must stand in NetSuite, compared with what does; no I/O.

May import backtest, pipeline, failures, events, mapping, config, schemas and the vocabulary.
The command reads both sides and prints; start in expected for Lago's side, in comparison for the differences.
"""
