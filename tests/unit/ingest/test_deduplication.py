"""A webhook that Kafka has acknowledged is known as delivered for an hour."""

from msgspec.structs import replace

from consumer.clock import FakeClock
from consumer.ingest.deduplication import REMEMBERED, REMEMBERED_S, Deduplication, Identity, identity
from consumer.ingest.webhook import Webhook

WEBHOOK = Webhook(name="n", body=b"{}", signature="head.payload.signature", unique_key="k")


def test_a_webhook_is_the_same_by_key_and_verified_signature():
    """The key alone is not signed; with it a sender could mark another body as delivered."""
    assert identity(WEBHOOK) == identity(replace(WEBHOOK, name="other"))
    assert identity(WEBHOOK) != identity(replace(WEBHOOK, unique_key="l"))
    assert identity(WEBHOOK) != identity(replace(WEBHOOK, signature="head.payload.another"))
    assert identity(replace(WEBHOOK, signature="a+b/")) != identity(replace(WEBHOOK, signature="a+b="))


def test_key_and_signature_are_not_mixed_up():
    one, other = (
        replace(WEBHOOK, unique_key=key, signature=text) for key, text in (("a", "bc"), ("ab", "c"))
    )

    assert identity(one) != identity(other)


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


def test_what_is_forgotten_takes_no_memory():
    clock = FakeClock()
    repeats = Deduplication(clock)
    for number in range(10):
        repeats.add(Identity(b"%d" % number))

    clock.advance(REMEMBERED_S)
    repeats.add(Identity(b"new"))

    assert len(repeats) == 1


def test_what_is_remembered_again_is_so_for_a_whole_hour():
    """Two requests with the same webhook may be in flight at once."""
    clock = FakeClock()
    repeats = Deduplication(clock)
    for _ in range(2):
        repeats.add(identity(WEBHOOK))
        clock.advance(REMEMBERED_S - 1)

    assert identity(WEBHOOK) in repeats
