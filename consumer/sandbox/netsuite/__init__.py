"""
An emulated NetSuite account over HTTP: its logins, its limits, its books, and faults on demand.

May import errors and the clock only.
The way goes on in `suitescript`, which runs the RESTlet that is deployed.
"""
