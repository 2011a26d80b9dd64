"""The process is ready once whatever it will be sent can be verified."""

import asyncio

from consumer.clock import FakeClock
from consumer.ingest.endpoints import Endpoint, Issuer
from consumer.ingest.public_keys import Keys
from consumer.lago.public_key import GivenKey, Unavailable
from consumer.ops.health import Health
from tests.support.webhooks import ISSUER, SIGNER

PART = "Lago's public key for organisation org-1"


class Late:
    """A key that can be had only at the third time of asking."""

    def __init__(self, answers=2):
        self.refusals = answers
        self.is_asked = asyncio.Event()

    async def current(self):
        self.is_asked.set()
        if self.refusals == 0:
            return SIGNER.key
        self.refusals -= 1
        return Unavailable(reason="Lago does not give its public key: HTTP 401")


def endpoint(*keys, **more):
    issuers = tuple(Issuer(name=ISSUER, key=key) for key in keys)
    return Endpoint(organization_id="org-1", issuers=issuers, **more)


async def test_it_is_not_ready_before_the_key_is_there():
    """Lago is asked again until it gives the key."""
    health = Health(FakeClock())
    keys = Keys([endpoint(Late())], health, ask_again_after_s=0.0)
    before = health.readiness()

    await keys.ask()

    assert before.reasons == (f"{PART} is not ready yet",)
    assert health.readiness().is_good
    assert health.readiness().remarks == ()


async def test_what_lago_answers_can_be_read_meanwhile():
    """Beside the readiness, in one sentence."""
    health, key = Health(FakeClock()), Late(answers=10**6)
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(Keys([endpoint(key)], health, ask_again_after_s=3600.0).ask())
        await key.is_asked.wait()
        await asyncio.sleep(0)
        verdict = health.readiness()
        asking.cancel()

    assert not verdict.is_good
    assert verdict.remarks == (f"{PART}: Lago does not give its public key: HTTP 401",)


async def test_one_of_several_keys_is_enough():
    """Two connections of an organisation may ask two addresses of the same Lago."""
    health = Health(FakeClock())

    await Keys([endpoint(Late(answers=10**6), GivenKey(SIGNER.key))], health).ask()

    assert health.readiness().is_good


async def test_where_lago_signs_by_hmac_nobody_waits_for_another_key():
    """Its API may be known for other reasons, and refuse to give the key."""
    health = Health(FakeClock())

    await Keys([endpoint(Late(answers=10**6), hmac_keys=("k",)), endpoint()], health).ask()

    assert health.readiness().is_good
