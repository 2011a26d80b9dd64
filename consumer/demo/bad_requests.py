"""Requests that `ingest` must refuse, and one webhook that it must deduplicate; pure."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from consumer.demo.scenario_event import Algorithm, ScenarioEvent

TAKEN = 202
NOT_A_WEBHOOK, NOT_LAGOS = 400, 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """
    One request that must not become an event.

    Attributes:
        body: the bytes of the request.
        signed: the bytes that the signature covers; None when there is no signature.
        status: the expected HTTP status of the response.
    """

    title: str
    body: bytes
    signed: bytes | None
    unique_key: str
    status: int
    algorithm: Algorithm = "hmac"


def callers(steps: Sequence[ScenarioEvent]) -> tuple[Caller, ...]:
    """All such requests; their bodies are made from a webhook that `ingest` has already accepted."""
    taken = next(step for step in steps if step.way == "webhook" and step.number)
    late = next(step for step in steps if step.algorithm == "jwt")
    value = taken.value
    dearer = value.replace(b'"total_amount_cents":', b'"total_amount_cents":1', 1)
    return (
        Caller(
            title=f"{taken.title}, which Lago repeats",
            body=value,
            signed=value,
            unique_key=taken.unique_key,
            status=TAKEN,
        ),
        _unknown_sender("an amount changed on its way", dearer, value, NOT_LAGOS),
        _unknown_sender("a JWT made for another webhook", value, late.value, NOT_LAGOS, algorithm="jwt"),
        _unknown_sender("no signature", value, None, NOT_LAGOS),
        _unknown_sender("half a webhook, signed", value[:-40], value[:-40], NOT_A_WEBHOOK),
    )


def _unknown_sender(
    title: str, body: bytes, signed: bytes | None, status: int, algorithm: Algorithm = "hmac"
) -> Caller:
    return Caller(
        title=title,
        body=body,
        signed=signed,
        unique_key=str(uuid.uuid5(uuid.NAMESPACE_OID, title)),
        status=status,
        algorithm=algorithm,
    )
