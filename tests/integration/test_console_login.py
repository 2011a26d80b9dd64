"""The console as a process with a login: who logged in and what was refused is on the audit record."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from consumer.clock import SystemClock
from consumer.commands import audit_trail
from consumer.sandbox.broker import free_port
from schemas import audit
from schemas.audit import AuditRecord
from tests.integration import running_programs
from tests.integration.worker_under_test import stage, until
from tests.support import login_provider
from tests.support.login_provider import CLIENT_ID, CLIENT_SECRET, LoginProvider

pytestmark = pytest.mark.kafka

LOGINS = [("login", "ada@example.com"), ("act_refused", "ada@example.com"), ("logout", "ada@example.com")]


async def test_logins_and_refusals_are_on_the_audit_record(
    bootstrap_servers: str, topic_prefix: str, tmp_path: Path
):
    """In a chain that holds; a viewer who acts is refused, and nobody else gets in."""
    port, log_file = free_port(), tmp_path / "console.log"
    origin = f"http://localhost:{port}"
    (tmp_path / "secret").write_text(CLIENT_SECRET)
    provider = LoginProvider(clock=SystemClock())
    async with stage(bootstrap_servers, topic_prefix) as on_kafka, login_provider.served(provider):
        environment = running_programs.environment_of_console(
            tmp_path,
            bootstrap_servers=bootstrap_servers,
            topic_prefix=topic_prefix,
            port=port,
            console_host="localhost",
            console_url=origin,
            console_oidc_issuer=provider.issuer,
            console_oidc_client_id=CLIENT_ID,
            console_oidc_client_secret_file=str(tmp_path / "secret"),
            console_oidc_viewers="finance",
        )
        with running_programs.running(["console"], log_file, environment):
            async with httpx.AsyncClient(base_url=origin, follow_redirects=True) as http:
                await until(lambda: _answers(http))
                assert "ada@example.com, viewer" in (await http.get("/waiting")).text
                session = (await http.get("/api/v1/session")).json()
                form = {"token": session["token"], "error_id": "error-1", "reason": "mapped now"}
                assert (await http.post("/acts/replay", data=form)).status_code == 403
                assert (await http.post("/logout", data=form)).status_code == 200
                provider.claims["groups"] = []
                assert (await http.get("/")).status_code == 403

                async def records() -> list[AuditRecord]:
                    return await audit_trail.read(on_kafka.cluster)

                async def are_written() -> bool:
                    return len(await records()) == len(LOGINS) + 1

                await until(are_written)
                found = await records()

    assert [(each.act, each.actor) for each in found] == [*LOGINS, ("login_refused", "ada@example.com")]
    assert {each.connection for each in found} == {audit.CONSOLE}
    assert list(audit.breaks(found)) == []
    assert CLIENT_SECRET not in log_file.read_text()


async def _answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False
