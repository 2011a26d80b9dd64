"""Everything that knows NetSuite over HTTP."""
