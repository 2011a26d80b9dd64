"""
What all HTTP clients share: response limits, no cookies, no redirects, the cause of a failed connection.

May import nothing of consumer.
netsuite, lago and relay make their clients with it.
"""
