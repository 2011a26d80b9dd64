"""What waits in the workers now, read from ``lago.netsuite.waiting``; older deployments lack the topic."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from schemas import connection_state, waiting
from schemas.connection_state import ConnectionState
from schemas.waiting import WaitingRecord

_STATE = connection_state.KEY_PREFIX.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """
    What the topic has now.

    Attributes:
        records: the parked events.
        states: the last report of each worker about each of its connections, however old.
    """

    records: tuple[WaitingRecord, ...] = ()
    states: tuple[ConnectionState, ...] = ()


async def read(cluster: Cluster) -> list[WaitingRecord]:
    """
    The last record of every key that no tombstone has ended; none where there is no topic.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    return list((await read_all(cluster)).records)


async def read_all(cluster: Cluster) -> Waiting:
    """
    As `read`, with the workers' reports.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    if not await snapshot_reader.exists(cluster, waiting.TOPIC):
        return Waiting()
    records: dict[bytes | None, WaitingRecord] = {}
    states: dict[bytes, ConnectionState] = {}
    async for record in snapshot_reader.history(cluster, waiting.TOPIC):
        records.pop(record.key, None)
        value = record.value or b""
        try:
            if record.key is not None and record.key.startswith(_STATE):
                states[record.key] = ConnectionState.model_validate_json(value)
            else:
                records[record.key] = WaitingRecord.model_validate_json(value)
        except ValidationError:
            continue  # a tombstone, or what another writes there
    return Waiting(records=tuple(records.values()), states=tuple(states.values()))
