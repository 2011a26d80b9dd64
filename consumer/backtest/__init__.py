"""
What connections.yaml books for events, by rule, and what a changed one would book otherwise; pure, no I/O.

May import pipeline (routing and dry runs), events, mapping, config, schemas and the vocabulary.
Start in comparison for one event, in totals for many, in coverage for rules; others read the events.
"""
