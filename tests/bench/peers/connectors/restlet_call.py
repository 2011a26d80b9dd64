"""What every connector in Python does with an event: a body made beforehand, and whether it was taken."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

SERVERS = os.environ["PEER_SERVERS"]
TOPIC = os.environ["PEER_TOPIC"]
GROUP = os.environ["PEER_GROUP"]
INSTANCE = os.environ["PEER_INSTANCE"]
"""For static membership, which makes a restart short."""
URL = os.environ["PEER_URL"]
CAP = int(os.environ["PEER_CAP"])
PARTITIONS = int(os.environ["PEER_PARTITIONS"])
HEADERS = {"Content-Type": "application/json"}
AGAIN_AFTER_S = 0.2
CALL_LIMIT_S = 60.0

_TEMPLATE = Path(os.environ["PEER_TEMPLATE"]).read_bytes()


def body_of(event: bytes) -> bytes:
    """The request for an event: the same as ours, but for the ids, made by replacing and not by a mapping."""
    invoice = json.loads(event)["invoice"]
    return _TEMPLATE.replace(b"@ID@", invoice["lago_id"].encode()).replace(
        b"@VERSION@", invoice["updated_at"].encode()
    )


def is_taken(status: int, answer: bytes) -> bool:
    """Whether the account has the record; anything else is sent again."""
    return status == 200 and all(item["status"] != "error" for item in json.loads(answer)["items"])


def by_lane(records: Iterable[tuple[bytes, bytes]]) -> Mapping[bytes, list[bytes]]:
    """Keys and values as lanes; what has the same key goes one after the other."""
    lanes: dict[Any, list[bytes]] = defaultdict(list)
    for key, value in records:
        lanes[key].append(value)
    return lanes
