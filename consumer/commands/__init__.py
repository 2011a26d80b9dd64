"""The commands that are more than wiring, a module each."""
