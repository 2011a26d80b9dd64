"""Several requests in one call, and the part of the response that belongs to each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from msgspec import structs

from schemas.name_id import NameIds
from schemas.wire import WriteRequest

# An invoice with a few lines uses about 100 of a RESTlet's 5 000 governance units.
MAX_ITEMS = 25

_BATCHES = NameIds("batches.lago-netsuite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """
    One call.

    Attributes:
        request: the request to send.
        parts: the requests it contains, with their references and request id as the response has them.
    """

    request: WriteRequest
    parts: tuple[WriteRequest, ...]

    @classmethod
    def alone(cls, request: WriteRequest) -> Batch:
        """A call with one request, whose bytes stay unchanged."""
        return cls(request=request, parts=(request,))


def batches(requests: Sequence[WriteRequest]) -> Iterator[Batch]:
    """The smallest number of calls for all requests in their order; a request is never split."""
    together: list[WriteRequest] = []
    for request in requests:
        if together and not _fits(request, together):
            yield _merged(together)
            together = []
        together.append(request)
    if together:
        yield _merged(together)


def _fits(request: WriteRequest, together: Sequence[WriteRequest]) -> bool:
    size = len(request.items) + sum(len(each.items) for each in together)
    return size <= MAX_ITEMS and request.options == together[0].options


def _merged(requests: Sequence[WriteRequest]) -> Batch:
    if len(requests) == 1:
        return Batch.alone(requests[0])
    request_id = _BATCHES.of("\n".join(request.request_id for request in requests))
    numbers = count(1)
    parts = tuple(
        structs.replace(
            request,
            request_id=request_id,
            items=tuple(structs.replace(item, ref=str(next(numbers))) for item in request.items),
        )
        for request in requests
    )
    items = tuple(item for part in parts for item in part.items)
    return Batch(request=structs.replace(parts[0], items=items), parts=parts)
