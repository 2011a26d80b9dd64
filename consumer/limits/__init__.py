"""How many calls to an account may be under way at once."""
