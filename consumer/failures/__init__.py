"""
Failures and what became of them: grouped by cause, open or closed, selected for a replay; values only.

May import events, mapping, schemas and the vocabulary.
The commands `errors` and `replay` read the topics and use these values.
"""
