"""The contracts: Lago's events, our results and error events, and the wire between us and the RESTlet."""
