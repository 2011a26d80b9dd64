"""What the sandbox offers beside NetSuite's own addresses: no login, for it listens on this machine only."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.account_setting import UnknownSettingError
from consumer.sandbox.netsuite.concurrency_limit import ConcurrencyLimit
from consumer.sandbox.netsuite.current_account import Tenancy
from consumer.sandbox.netsuite.fault_injection import ANY_FAULT, Faults
from consumer.sandbox.netsuite.login_audit import AuditTrail
from consumer.sandbox.netsuite.oauth2 import TOKEN_PATH, Certificates
from consumer.sandbox.netsuite.profile import OAuth2, TokenBased
from consumer.sandbox.netsuite.visitor import OwnVisitorsOnly

RESTLET_PATH = "/app/site/hosting/restlet.nl"


class Flip(BaseModel):
    """
    One setting and what it becomes.

    How it is addressed: `consumer.sandbox.netsuite.account_setting`.
    """

    model_config = ConfigDict(extra="forbid")

    setting: str
    value: Any


class Console:
    """Books, logins, faults and figures of one account, under ``/sandbox/``."""

    def __init__(
        self,
        tenancy: Tenancy,
        *,
        certificates: Certificates,
        trail: AuditTrail,
        faults: Faults,
        limit: ConcurrencyLimit,
    ) -> None:
        self._tenancy = tenancy
        self._certificates = certificates
        self._trail = trail
        self._faults = faults
        self._concurrency_limit = limit

    def routes(self) -> list[BaseRoute]:
        """List the addresses and what answers them."""
        own = [
            Route("/records", self.records),
            Route("/balances", self.balances),
            Route("/credentials", self.credentials),
            Route("/audit", self.audit),
            Route("/stats", self.stats),
            Route("/tokens", self.revoke, methods=["DELETE"]),
            Route("/faults", self.list_faults, methods=["GET"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/settings", self.settings, methods=["GET"]),
            Route("/settings", self.flip, methods=["POST"]),
            Route("/settings", self.restore, methods=["DELETE"]),
        ]
        return [
            Route("/healthz", self.healthz),
            Mount("/sandbox", routes=own, middleware=[Middleware(OwnVisitorsOnly)]),
        ]

    @property
    def _account(self) -> Account:
        return self._tenancy.account

    async def healthz(self, _: Request) -> Response:
        """Say that the sandbox is up, and as which account."""
        profile = self._account.profile
        return JSONResponse({"status": "ok", "account_id": profile.account_id, "profile": profile.name})

    async def records(self, request: Request) -> Response:
        """Every record of one type, oldest first: ``?type=invoice``."""
        record_type = request.query_params.get("type", "")
        if not record_type:
            return JSONResponse({"error": "which records? add ?type=invoice"}, status_code=400)
        return JSONResponse(await asyncio.to_thread(self._account.records, record_type))

    async def balances(self, _: Request) -> Response:
        """What each customer owes and is owed, in each currency."""
        return JSONResponse(await asyncio.to_thread(self._account.balances))

    async def credentials(self, request: Request) -> Response:
        """Blocks for connections.yaml: the address and one ``auth:`` for every way to log in."""
        profile = self._account.profile
        origin = str(request.base_url).rstrip("/")
        script = next((one for one in profile.scripts if one.status == "RELEASED"), profile.scripts[0])
        blocks = [self._block(one) for one in profile.integrations]
        return JSONResponse(
            {
                "account_id": profile.account_id,
                "environment": profile.environment.lower(),
                "restlet_url": f"{origin}{RESTLET_PATH}?script={script.id}&deploy={script.deploy}",
                "token_url": f"{origin}{TOKEN_PATH}",
                "tba": next((block for block in blocks if block["type"] == "tba"), None),
                "oauth2": next((block for block in blocks if block["type"] == "oauth2"), None),
                "auth": blocks,
            }
        )

    async def audit(self, _: Request) -> Response:
        """Every login with the reason it was refused, oldest first."""
        return JSONResponse(list(self._trail.entries))

    async def stats(self, _: Request) -> Response:
        """Count calls that passed the login, how many were over the cap, and the most under way at once."""
        concurrency_limit = self._concurrency_limit
        figures = {
            "calls": concurrency_limit.calls,
            "refused": concurrency_limit.refused,
            "running": concurrency_limit.running,
            "peak": concurrency_limit.peak,
        }
        return JSONResponse(figures | {"concurrency": self._account.profile.concurrency})

    async def revoke(self, _: Request) -> Response:
        """Make every access token void, as an administrator can."""
        return JSONResponse({"revoked": self._certificates.revoke()})

    async def list_faults(self, _: Request) -> Response:
        """List the faults that have not struck yet."""
        return JSONResponse(self._pending())

    async def add_fault(self, request: Request) -> Response:
        """Queue a fault."""
        try:
            fault = ANY_FAULT.validate_json(await request.body())
        except ValidationError as invalid:
            return JSONResponse({"error": _problems(invalid)}, status_code=400)
        self._faults.add(fault)
        return JSONResponse(self._pending(), status_code=201)

    async def clear_faults(self, _: Request) -> Response:
        """Forget the faults that have not struck yet."""
        return JSONResponse({"cleared": self._faults.clear()})

    async def settings(self, _: Request) -> Response:
        """Show every setting of the account but its logins."""
        shown = self._account.profile.model_dump(mode="json", exclude={"integrations"})
        return JSONResponse(shown | {"features": sorted(shown["features"])})

    async def flip(self, request: Request) -> Response:
        """Change one setting: ``{"setting": "preferences.LOCMANDATORY", "value": "T"}``."""
        try:
            asked = Flip.model_validate_json(await request.body())
            self._tenancy.flip(asked.setting, asked.value)
        except ValidationError as invalid:
            return JSONResponse({"error": _problems(invalid)}, status_code=400)
        except UnknownSettingError as unknown:
            return JSONResponse({"error": [str(unknown)]}, status_code=400)
        self._concurrency_limit.adopt(self._account.profile)
        return JSONResponse({"changed": asked.setting})

    async def restore(self, _: Request) -> Response:
        """Make every setting what it was at the start."""
        self._tenancy.restore()
        self._concurrency_limit.adopt(self._account.profile)
        return JSONResponse({"restored": self._account.profile.name})

    def _pending(self) -> list[dict[str, Any]]:
        return [fault.model_dump() for fault in self._faults.pending()]

    def _block(self, integration: TokenBased | OAuth2) -> dict[str, Any]:
        if isinstance(integration, TokenBased):
            return {
                "type": "tba",
                "client_id": integration.consumer_key,
                "client_secret": integration.consumer_secret,
                "token_id": integration.token_id,
                "token_secret": integration.token_secret,
            }
        made = self._certificates.made.get(integration.client_id)
        return {
            "type": "oauth2",
            "client_id": integration.client_id,
            "certificate_id": integration.certificate_id,
            # With a public key in the profile only its owner has the private half.
            "private_key": made.as_pem(private=True).decode() if made else None,
        }


def _problems(invalid: ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in invalid.errors()]
