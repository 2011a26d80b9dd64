"""What runs next, and what may be committed: pure decisions without I/O."""
