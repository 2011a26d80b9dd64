"""Webhooks as Lago posts them: three attempts, made anew each time, signed by either way."""

import json
from datetime import UTC, datetime

import httpx
import pytest
from joserfc.jwk import RSAKey

from consumer.clock import FakeClock
from consumer.lago.lago_key import LagoKey
from consumer.lago.public_key import FetchedKey, Unavailable
from consumer.sandbox.lago.http import API_KEY, LagoServer
from consumer.sandbox.lago.organization import Organization
from consumer.sandbox.lago.webhooks import MAX_ATTEMPTS, RETRY_AFTER_S, Signer, Webhooks
from tests.support.connection_files import connection

KEY = RSAKey.generate_key(2048)


class Endpoint:
    """Answers by a list of statuses, then 202."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.posts = []

    async def __call__(self, content, headers):
        self.posts.append((json.loads(content), headers))
        return self.statuses.pop(0) if self.statuses else 202


class Scene:
    def __init__(self, *statuses, **settings):
        self.organization = Organization(now=lambda: datetime(2026, 8, 1, tzinfo=UTC))
        self.endpoint, self.waits_s = Endpoint(*statuses), []
        signer = Signer(hmac_key="key", private_key=KEY, issuer="https://api.lago.example")
        self.webhooks = Webhooks(
            organization=self.organization, signer=signer, post=self.endpoint, sleep=self.sleep, **settings
        )

    async def sleep(self, seconds):
        self.waits_s.append(seconds)


async def test_a_webhook_that_is_not_taken_is_posted_three_times_and_then_lost():
    """With the same unique key, and no other waits for it for ever."""
    scene = Scene(500, None, 503)
    scene.organization.upsert_customer("acme")
    scene.organization.upsert_customer("globex")

    await scene.webhooks.drain()

    assert len(scene.endpoint.posts) == MAX_ATTEMPTS + 1
    assert len({headers["X-Lago-Unique-Key"] for _, headers in scene.endpoint.posts}) == 2
    assert scene.waits_s == [RETRY_AFTER_S] * 2
    assert (scene.webhooks.delivered, len(scene.webhooks.lost)) == (1, 1)


async def test_a_webhook_shows_the_object_as_it_is_when_it_is_delivered():
    """A creation may show a later change."""
    scene = Scene()
    scene.organization.upsert_customer("acme", name="Old")
    scene.organization.upsert_customer("acme", name="New")

    await scene.webhooks.drain()

    assert [(body["webhook_type"], body["customer"]["name"]) for body, _ in scene.endpoint.posts] == [
        ("customer.created", "New"),
        ("customer.updated", "New"),
    ]


async def test_webhooks_can_be_lost_on_purpose():
    """As if Lago's workers had been down."""
    scene = Scene(to_lose=1)
    scene.organization.upsert_customer("acme")
    scene.organization.upsert_customer("globex")

    await scene.webhooks.drain()

    assert [each.lago_id for each in scene.webhooks.lost] == [next(iter(scene.organization.customers))]
    assert scene.webhooks.delivered == 1


@pytest.mark.parametrize("algorithm", ["hmac", "jwt"])
async def test_either_signature_says_its_algorithm(algorithm):
    """Ingest verifies both; the integration tests let it."""
    scene = Scene(algorithm=algorithm)
    scene.organization.upsert_customer("acme")

    await scene.webhooks.drain()

    [(_, headers)] = scene.endpoint.posts
    assert headers["X-Lago-Signature-Algorithm"] == algorithm
    assert headers["X-Lago-Signature"]


async def test_the_public_key_over_the_api_verifies_a_jwt():
    """Asked for as ingest does; an installation without the key has no such page."""
    scene = Scene(algorithm="jwt")
    server = LagoServer.of(scene.organization)
    place = connection(lago={"api_url": "http://lago.example/", "api_key": API_KEY})
    lago = FetchedKey(place, clock=FakeClock(), transport=httpx.ASGITransport(server.app()))
    missing = await lago.current()
    server.rest.public_pem = KEY.as_pem(private=False).decode()
    scene.organization.upsert_customer("acme")
    await scene.webhooks.drain()
    [(_, headers)] = scene.endpoint.posts

    key = await FetchedKey(place, clock=FakeClock(), transport=httpx.ASGITransport(server.app())).current()

    assert isinstance(missing, Unavailable)
    assert isinstance(key, LagoKey)
    token = headers["X-Lago-Signature"].encode()
    assert key.payload(token)
