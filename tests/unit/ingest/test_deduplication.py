"""A webhook that Kafka has acknowledged is known as delivered for an hour."""

from dataclasses import replace

from consumer.clock import FakeClock
from consumer.ingest.deduplication import REMEMBERED, REMEMBERED_S, Deduplication, Identity, identity
from consumer.ingest.webhook import Webhook

WEBHOOK = Webhook(name="n", body=b"{}", unique_key="k")


def test_a_webhook_is_the_same_by_key_and_body():
    """The key alone is not signed; with it a sender could mark another body as delivered."""
    assert identity(WEBHOOK) == identity(replace(WEBHOOK, signature="another", name="other"))
    assert identity(WEBHOOK) != identity(replace(WEBHOOK, unique_key="l"))
    assert identity(WEBHOOK) != identity(replace(WEBHOOK, body=b"{ }"))


def test_a_webhook_is_forgotten_after_an_hour():
    clock = FakeClock()
    repeats = Deduplication(clock)
    repeats.add(identity(WEBHOOK))

    clock.advance(REMEMBERED_S - 1)
    assert identity(WEBHOOK) in repeats
    clock.advance(1)
    assert identity(WEBHOOK) not in repeats


def test_memory_is_bounded():
    """The oldest go first."""
    repeats = Deduplication(FakeClock())

    for number in range(REMEMBERED + 1):
        repeats.add(Identity(b"%d" % number))

    assert Identity(b"0") not in repeats
    assert Identity(b"1") in repeats
