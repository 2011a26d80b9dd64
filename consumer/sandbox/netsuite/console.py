"""The sandbox's own API beside NetSuite's addresses; without login, since it listens on this machine only."""

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
from consumer.sandbox.netsuite.suitescript import ui_edits
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.ui_edits import Edit
from consumer.sandbox.netsuite.visitor import OwnVisitorsOnly

RESTLET_PATH = "/app/site/hosting/restlet.nl"


class Flip(BaseModel):
    """
    One setting and its new value.

    `consumer.sandbox.netsuite.account_setting` defines the paths of settings.
    """

    model_config = ConfigDict(extra="forbid")

    setting: str
    value: Any


class Console:
    """Books, logins, faults, settings and call counts of one account, under ``/sandbox/``."""

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
        """All routes of the API."""
        own = [
            Route("/records", self.records),
            Route("/balances", self.balances),
            Route("/credentials", self.credentials),
            Route("/audit", self.audit),
            Route("/stats", self.stats),
            Route("/edits", self.edit, methods=["POST"]),
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
        """The status of the sandbox, with account and profile."""
        profile = self._account.profile
        return JSONResponse({"status": "ok", "account_id": profile.account_id, "profile": profile.name})

    async def records(self, request: Request) -> Response:
        """Every record of one type, oldest first: ``?type=invoice``."""
        record_type = request.query_params.get("type", "")
        if not record_type:
            return JSONResponse({"error": "which records? add ?type=invoice"}, status_code=400)
        return JSONResponse(await asyncio.to_thread(self._account.records, record_type))

    async def edit(self, request: Request) -> Response:
        """Do what a person does in NetSuite's pages; `ui_edits.Edit` is the body."""
        try:
            asked = Edit.model_validate_json(await request.body())
            number = await asyncio.to_thread(ui_edits.apply, self._account, asked)
        except ValidationError as invalid:
            return JSONResponse({"error": _problems(invalid)}, status_code=400)
        except ScriptError as refused:
            return JSONResponse({"error": [f"{refused.name}: {refused.message}"]}, status_code=400)
        return JSONResponse({"id": str(number)})

    async def balances(self, _: Request) -> Response:
        """The balance of each customer in each currency."""
        return JSONResponse(await asyncio.to_thread(self._account.balances))

    async def credentials(self, request: Request) -> Response:
        """Values for connections.yaml: the RESTlet's URL, and one ``auth:`` for each integration."""
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
        """The login audit trail: every login with the reason of a refusal, oldest first."""
        return JSONResponse(list(self._trail.entries))

    async def stats(self, _: Request) -> Response:
        """Counts of calls after the login: all, refused by the limit, in flight, and the most in flight."""
        concurrency_limit = self._concurrency_limit
        figures = {
            "calls": concurrency_limit.calls,
            "refused": concurrency_limit.refused,
            "running": concurrency_limit.running,
            "peak": concurrency_limit.peak,
        }
        return JSONResponse(figures | {"concurrency": self._account.profile.concurrency})

    async def revoke(self, _: Request) -> Response:
        """Revoke all access tokens, as an administrator can."""
        return JSONResponse({"revoked": self._certificates.revoke()})

    async def list_faults(self, _: Request) -> Response:
        """The faults that are still queued."""
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
        """Remove the queued faults."""
        return JSONResponse({"cleared": self._faults.clear()})

    async def settings(self, _: Request) -> Response:
        """All settings of the account except its integrations."""
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
        """Restore all settings of the start."""
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
            # With a public key in the profile the sandbox does not have the private key.
            "private_key": made.as_pem(private=True).decode() if made else None,
        }


def _problems(invalid: ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in invalid.errors()]
