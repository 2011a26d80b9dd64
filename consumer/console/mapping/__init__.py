"""The page of the mapping: what maps to what, a changed connections.yaml as a draft, and what it would do."""
