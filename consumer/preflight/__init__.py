"""Before the first write: what a connection needs of its account, held against what is there; pure."""
