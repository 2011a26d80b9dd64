"""The emulated Lago of a test: with one customer, over HTTP or without it."""

from datetime import UTC, datetime

import pytest

from consumer.sandbox.lago.organization import Organization
from tests.support.lago_server import Lago


@pytest.fixture
def lago():
    """A server with the customer ``acme``."""
    made = Lago()
    made.customer()
    return made


@pytest.fixture
def organization():
    """An organisation with the customer ``acme``, and nothing to send."""
    made = Organization(now=lambda: datetime(2026, 8, 1, tzinfo=UTC))
    made.upsert_customer("acme", currency="EUR")
    made.outbox.clear()
    return made
