"""
Which record runs next, how long a record waits, and which offset may be committed; pure.

May import limits and the vocabulary.
kafka's poller adds records, and stream's dispatcher starts the calls that the engine returns.
"""
