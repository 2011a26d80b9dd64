"""
What can go wrong in a way that code, not data, has to answer for.

    LagoNetsuiteError
      ├ ConfigurationError     settings or connections.yaml are wrong; exit code 2
      ├ StartupError           the world is not as configured (broker, topic, account); exit code 1
      └ ContractError          the RESTlet or Kafka answered outside of the agreed contract

Expected results are not here: what can happen to a record is a value of `consumer.outcome`.
"""

from __future__ import annotations

from collections.abc import Sequence


class LagoNetsuiteError(Exception):
    """Any error of ours that reaches a person."""


class ConfigurationError(LagoNetsuiteError):
    """
    Settings or connections are wrong; nothing was started.

    Carries every problem at once, so that one round of corrections is enough.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class StartupError(LagoNetsuiteError):
    """The broker, a topic or a NetSuite account is not as the configuration says."""


class ContractError(LagoNetsuiteError):
    """The other side answered something that the contract between us does not know."""
