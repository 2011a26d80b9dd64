"""
The commands that are more than wiring, one module each.

May import every wing except demo.
`cli` declares the commands; the work they start is in the wings below.
"""
