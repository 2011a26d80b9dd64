"""How many calls at once; pure."""
