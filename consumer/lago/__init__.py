"""Everything that knows Lago's HTTP."""
