"""Lago objects become NetSuite records: pure functions without I/O."""
