"""
The other sides on this machine, for the demo and for tests: the emulated NetSuite account and a Kafka broker.

May import errors and the clock only.
NetSuite is in `netsuite`, the broker in `broker`.
"""
