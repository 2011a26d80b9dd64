"""
The other systems on this machine, for demo and tests: the emulated NetSuite account and a Kafka broker.

May import config and the vocabulary.
NetSuite is in `netsuite`, the broker in `broker`.
"""
