"""
How this process runs and what each connection is: the environment, connections.yaml, secrets, expressions.

May import the vocabulary only, and is pure but for reading files.
Who uses it: everybody above; the mapping takes its rules from `connection`, and `app` its settings.
"""
