"""A call for connectors that work in threads."""

from __future__ import annotations

import time
from collections.abc import Iterable

import restlet_call
import urllib3

_POOL = urllib3.PoolManager(
    maxsize=restlet_call.CAP, block=True, retries=False, timeout=restlet_call.CALL_LIMIT_S
)


def write(event: bytes) -> None:
    """Send an event until it is taken."""
    body = restlet_call.body_of(event)
    while True:
        answer = _POOL.request("POST", restlet_call.URL, body=body, headers=restlet_call.HEADERS)
        if restlet_call.is_taken(answer.status, answer.data):
            return
        time.sleep(restlet_call.AGAIN_AFTER_S)


def write_lane(events: Iterable[bytes]) -> None:
    """Send the events of a lane one after the other."""
    for event in events:
        write(event)
