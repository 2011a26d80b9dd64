"""
An emulated NetSuite account over HTTP: logins, limits, books, and injected faults.

May import config and the vocabulary.
`suitescript` runs the RESTlet that is deployed.
"""
