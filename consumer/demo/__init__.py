"""
The month of Lago events that `demo` and `rehearsal` play, and the processes it is played to.

Imports any wing; only `cli` imports it. The way goes on in `demo/run.py` and `demo/scenario.py`.
"""
