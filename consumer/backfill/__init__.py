"""
What a backfill reads from Lago, in which order, and which webhooks it makes of it; no I/O.

May import schemas.
The commands read Lago and write to Kafka; from there everything takes the way of live events.
"""
