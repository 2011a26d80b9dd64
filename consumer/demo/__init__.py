"""The command ``demo``: a month of Lago events into a NetSuite sandbox on this machine."""

from consumer.demo.run import run

__all__ = ["run"]
