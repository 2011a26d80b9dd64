"""Lago's webhooks in, Kafka records out: verified, unchanged, acknowledged."""
