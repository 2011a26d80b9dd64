"""
What all HTTP clients share: response limits, no cookies, no redirects, name lookups, why a connection fails.

May import nothing of consumer.
netsuite, lago and relay make their clients with it.
"""
