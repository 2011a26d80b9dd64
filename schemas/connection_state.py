"""
The record on ``lago.netsuite.waiting`` with which a worker reports how a connection stands there.

The key is ``/state/<connection>/<partition>``, with the lowest partition of the first input topic that the
worker owns: no two workers of a connection have the same, and no code of a connection begins with a slash.
The header ``ce_type`` distinguishes it from parked events.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

EVENT_TYPE = "netsuite.connection.state"
KEY_PREFIX = "/state/"


class ConnectionState(BaseModel):
    """One worker's view of one connection; timestamps are RFC 3339."""

    model_config = ConfigDict(frozen=True)

    connection: str
    partition: int
    worker: str = Field(description="host and process of the worker")
    breaker: Literal["closed", "open"]
    reason: str | None = Field(
        default=None, examples=["unavailable", "account_down", "rejection_storm"],
        description="why the circuit breaker is open",
    )  # fmt: skip
    because: str = Field(default="", description="NetSuite's answer that has opened it")
    since: str | None = Field(default=None, description="when this worker saw it open")
    cap: int = Field(description="calls that the account allows, of all workers together")
    leased: int = Field(description="this worker's share of them")
    permits: int = Field(description="calls that it may have in flight now; 0 while the breaker is open")
    in_use: int = Field(description="calls that are in flight now")
    paused: bool = Field(default=False, description="whether it starts none because a person has paused this")
    as_of: str

    @property
    def key(self) -> str:
        """The record's key on the topic."""
        return f"{KEY_PREFIX}{self.connection}/{self.partition}"
