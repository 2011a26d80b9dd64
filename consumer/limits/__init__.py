"""
How many calls of one account may be in flight at once; pure.

May import schemas (what people did) and the vocabulary.
engine takes a permit for each call and returns it with the call's outcomes.
"""
