"""The accounting periods of an account, as the plan of a backfill reads them through the script."""

from __future__ import annotations

import pytest

from consumer.commands import backfill_periods
from consumer.commands.backfill_periods import Unknown
from consumer.preflight.accounting_periods import lock
from consumer.sandbox.netsuite.profile import Profile
from tests.contract import sandbox_server


async def read(profile=None, **changes):
    with sandbox_server.running(profile) as sandbox:
        return await backfill_periods.read(sandbox.connection(**changes), sandbox.clock)


async def test_months_come_in_order_with_what_closes_them():
    """No quarters and years among them."""
    months = await read()

    names = [month.name for month in months]
    assert names[names.index("Jun 2026") : names.index("Aug 2026") + 1] == [
        "Jun 2026",
        "Jul 2026",
        "Aug 2026",
    ]
    assert [lock(month) for month in months if month.name in {"Jun 2026", "Jul 2026"}] == ["closed", None]


@pytest.fixture
def profile():
    return Profile.load()


async def test_an_account_without_periods_has_none(profile):
    """The feature is off."""
    assert (
        await read(profile.model_copy(update={"features": profile.features - {"ACCOUNTINGPERIODS"}})) is None
    )


async def test_a_role_that_may_not_see_periods_is_named(profile):
    """An empty list would say that no document lies in one."""
    permissions = dict(profile.permissions) | {"ADMI_ACCTPERIODS": 0}

    found = await read(profile.model_copy(update={"permissions": permissions}))

    assert found == Unknown(reason="the role lacks the permission Setup > Manage Accounting Periods")


async def test_an_account_that_does_not_answer_is_a_reason_and_no_error():
    """The plan is shown all the same."""
    found = await read(restlet_url="http://127.0.0.1:9/app/site/hosting/restlet.nl?script=1&deploy=1")

    assert isinstance(found, Unknown)
    assert "does not answer" in found.reason
