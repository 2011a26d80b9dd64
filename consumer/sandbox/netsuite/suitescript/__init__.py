"""
The emulated N/* modules, and the JavaScript engine that runs the RESTlet on them.

May import the books, lists and profile of sandbox.netsuite, and the vocabulary.
The RESTlet is in deploy/netsuite/src.
"""
