"""The contracts: Lago's events, our results and error events, and the messages to and from the RESTlet."""
