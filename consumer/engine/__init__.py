"""
Which record runs next, how long one waits, and which offset may be committed; pure.

May import limits and the vocabulary.
Kafka's poller hands records in, the stream's dispatcher starts what comes out.
"""
