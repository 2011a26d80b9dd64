"""
The emulated N/* modules, and the script engine that runs the RESTlet on them.

May import the rest of sandbox.netsuite where it keeps books and profiles.
The RESTlet itself is in deploy/netsuite/src.
"""
