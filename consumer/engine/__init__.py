"""What decides: which record runs next, what waits how long, what may be committed. Pure, no I/O."""
