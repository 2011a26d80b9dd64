"""
The month of Lago events that `demo` and `rehearsal` play, and the processes that receive it.

May import every wing; only `cli` imports it.
Continue in `demo/run.py` (the phases) and `demo/scenario.py` (the events).
"""
