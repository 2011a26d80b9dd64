"""The command ``demo``: a month of Lago events into a NetSuite sandbox on this machine."""
