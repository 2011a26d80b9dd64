"""Lago billing events become NetSuite records, exactly once in effect."""

__version__ = "0.1.0"
