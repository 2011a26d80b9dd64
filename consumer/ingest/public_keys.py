"""
Request Lago's public keys at the start, before the first webhook, so that a wrong address is found then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from consumer.ingest.endpoints import Endpoint
from consumer.lago.public_key import Unavailable
from consumer.ops.health import Health

ASK_AGAIN_AFTER_S = 5.0


class Keys:
    """Keeps the process not ready until each organisation without an HMAC key has a public key."""

    def __init__(
        self, endpoints: Iterable[Endpoint], health: Health, *, ask_again_after_s: float = ASK_AGAIN_AFTER_S
    ) -> None:
        # With an HMAC key webhooks can be verified without Lago's API, so its outage does not matter.
        known = {each.organization_id: each for each in endpoints if each.issuers and not each.hmac_keys}
        self._awaited = {f"Lago's public key for organisation {name}": each for name, each in known.items()}
        self._health = health
        self._ask_again_after_s = ask_again_after_s
        for part in self._awaited:
            health.expect(part)

    async def ask(self) -> None:
        """Return when all keys are known; until then the reasons are remarks of ``/readyz``."""
        async with asyncio.TaskGroup() as tasks:
            for part, endpoint in self._awaited.items():
                tasks.create_task(self._ask(part, endpoint))

    async def _ask(self, part: str, endpoint: Endpoint) -> None:
        while (reason := await _missing(endpoint)) is not None:
            self._health.remark(part, reason)
            await asyncio.sleep(self._ask_again_after_s)
        self._health.remark(part, None)
        self._health.ready(part)


async def _missing(endpoint: Endpoint) -> str | None:
    """The reasons why no key is available; None when there is one."""
    keys = [await each.key.current() for each in endpoint.issuers]
    reasons = [key.reason for key in keys if isinstance(key, Unavailable)]
    return "; ".join(reasons) if len(reasons) == len(keys) else None
