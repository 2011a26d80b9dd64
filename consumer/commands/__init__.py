"""
The commands that are more than wiring, a module each.

May import every wing but the demo.
`cli` names them; what they do is in the wings below.
"""
