"""The response of a call for which a fault is injected."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from consumer.sandbox.netsuite import connection_abort
from consumer.sandbox.netsuite.fault_injection import CallFault, Fault, PlatformError
from consumer.sandbox.netsuite.suitescript.response import refusal

_JSON = "application/json"
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_TITLES = {"502": "502 Bad Gateway", "503": "NetSuite is temporarily unavailable for scheduled maintenance"}


async def strike(fault: CallFault, request: Request) -> Response | None:
    """The response instead of the script's; None when the script must run."""
    return _platform_error(fault) if isinstance(fault, PlatformError) else await _between(fault, request)


def _platform_error(fault: PlatformError) -> Response:
    body = refusal(fault.code, fault.message).body if fault.body is None else fault.body
    return Response(body, status_code=fault.status, media_type=fault.content_type)


async def _between(fault: Fault, request: Request) -> Response | None:
    match fault.kind:
        case "500":
            answer = refusal("UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: sandbox")
            return Response(answer.body, status_code=500, media_type=_JSON)
        case "502" | "503":
            return Response(
                _PAGE.format(_TITLES[fault.kind]), status_code=int(fault.kind), media_type="text/html"
            )
        case "reset_before":
            return await connection_abort.drop(request)
        case "slow" | "reset_after_commit":
            return None
