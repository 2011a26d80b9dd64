"""What NetSuite refuses that is about no single record, on a worker with all its parts."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from consumer.limits.circuit_breaker import Reason
from consumer.netsuite import http_response, item_errors, response_outcome
from consumer.outcome import Ambiguous
from schemas import wire
from tests.memory.events import document, invoice, invoices
from tests.memory.system import World
from tests.memory.worker import Worker
from tests.support import lago
from tests.support.connection_files import connection

HOUR_S = 3_600.0


@pytest.fixture
def world() -> World:
    return World()


def payments(count: int) -> list[bytes]:
    """Each of the invoice of its number."""
    return [payment(number) for number in range(count)]


def payment(number: int) -> bytes:
    invoice_id = lago.id_of("matrix", number)
    content = lago.payment(
        lago_id=lago.id_of("payment", number),
        invoice_ids=[invoice_id],
        invoice_numbers=[f"M-{number}"],
        lago_payable_id=invoice_id,
    )
    return lago.body(lago.event("payment.succeeded", content))


def platform_error(code: str, message: str = "No."):
    """What NetSuite answers in place of the RESTlet, at status 400."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()

    def says(request):
        got = http_response.HttpResponse(status=400, body=body)
        return response_outcome.of_write(got, request, connection()).outcome

    return says


def no_permission_for_payments(request):
    """What the RESTlet answers for each payment once the role has lost TRAN_CUSTPYMT."""
    item = request.items[-1]
    if item.record["type"] != "customerpayment":
        return None
    error = {"code": "INSUFFICIENT_PERMISSION", "class": "permission", "message": "You need TRAN_CUSTPYMT."}
    return item_errors.of_error(wire.ItemError.model_validate(error), item, connection())


async def hours(worker: Worker, world: World, count: int) -> None:
    began_s = world.clock.monotonic_s()
    await worker.until(lambda: world.clock.monotonic_s() - began_s > count * HOUR_S)


async def test_payments_wait_for_the_permission_while_invoices_are_written(world):
    """N23: three days without it make no error event; once it is back all are written by themselves."""
    world.kafka.produce(*invoices(20), *payments(20))
    world.account.says = no_permission_for_payments
    with capture_logs():
        async with Worker(world).running() as worker:
            worker.seconds_a_tick = 300.0
            await hours(worker, world, 72)
            refused = set(worker.engine.refused_kinds)
            reason = worker.permit_pool.reading().reason
            written = {each for each in world.account.created if "-inv-" in each}
            asked = sum("-pay-" in each for each in world.account.asked)
            world.account.says = lambda _: None
            await worker.until_at_rest()

    assert refused == {"payment"}
    assert reason is None
    assert len(written) == 20
    # Of twenty only one asks, every five minutes at the most.
    assert asked < 72 * 12 + 30
    assert world.kafka.errors == []
    assert sum("-pay-" in each for each in world.account.created) == 20


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("MODULE_DOES_NOT_EXIST", 3),
        ("SYNTAX_ERROR", 3),
        ("ACCT_TEMP_UNAVAILABLE", 3),
        ("USER_ERROR", 3),
        ("SSS_NOBODY_KNOWS", 3),
        ("USER_ERROR", 40),
    ],
)
async def test_an_error_of_the_platform_stops_the_connection_and_settles_nothing(world, code, count):
    """N02: two days of it make no error event; all goes on by itself when it is over."""
    world.kafka.produce(*invoices(count))
    world.account.says = platform_error(code)
    with capture_logs():
        async with Worker(world).running() as worker:
            worker.seconds_a_tick = 60.0
            await hours(worker, world, 1)
            worker.seconds_a_tick = HOUR_S
            await hours(worker, world, 47)
            reading = worker.permit_pool.reading()
            world.account.says = lambda _: None
            await worker.until_at_rest()

    assert reading.reason in {Reason.ACCOUNT_DOWN, Reason.UNAVAILABLE}
    assert code in reading.because
    assert world.kafka.errors == []
    assert set(world.account.created.values()) == {1}
    assert world.kafka.position() == count


async def test_one_document_that_the_platform_dislikes_does_not_stop_the_others(world):
    """The call of one invoice is killed each time: the others are written, and it ends after an hour."""
    killed = platform_error("SSS_NOBODY_KNOWS")
    world.kafka.produce(*invoices(3))
    world.account.says = lambda each: killed(each) if each.items[-1].external_id == document(1) else None
    with capture_logs():
        async with Worker(world).running() as worker:
            worker.seconds_a_tick = 60.0
            await worker.until(lambda: document(2) in world.account.created)
            for number in range(3, 103):
                world.kafka.produce(invoice(number))
                await worker.until(lambda: world.account.created[document(number)] == 1)  # noqa: B023
                await worker.tick()
            await worker.until_at_rest()

    [failed] = world.kafka.errors
    said = json.loads(failed.value)["accounting_provider_customer_error"]["provider_error"]
    assert said["error_code"] == "parked_too_long"
    assert "SSS_NOBODY_KNOWS" in said["message"]


async def test_an_unexpected_error_for_ever_is_said_within_an_hour_and_before_its_payments(world):
    """N25: the invoice's error event comes first, and the payment's names the invoice."""
    fails = lago.id_of("matrix", 0)
    unexpected = Ambiguous(reason="UNEXPECTED_ERROR: An unexpected error occurred.", is_answer=True)
    world.kafka.produce(*invoices(2), *payments(2))

    def says(request):
        item = request.items[-1]
        if item.external_id == document(0):
            return unexpected
        if item.record["type"] == "customerpayment" and fails in json.dumps(item.record):
            error = {"code": "LAGO_REFERENCE_NOT_FOUND", "class": "dependency", "field": "doc", "line": 0}
            return item_errors.of_error(wire.ItemError.model_validate(error), item, connection())
        return None

    world.account.says = says
    began_s = world.clock.monotonic_s()
    with capture_logs():
        async with Worker(world).running() as worker:
            worker.seconds_a_tick = 10.0
            await worker.until(lambda: bool(world.kafka.errors))
            first_s = world.clock.monotonic_s() - began_s
            worker.seconds_a_tick = 300.0
            await worker.until_at_rest()

    of_invoice, of_payment = [json.loads(event.value) for event in world.kafka.errors]
    assert first_s <= 1.1 * HOUR_S
    assert of_invoice["object"]["type"] == "invoice"
    assert of_payment["object"]["type"] == "payment"
    said = of_payment["accounting_provider_customer_error"]["provider_error"]["message"]
    cause = "payment of invoice M-0 (10.00 EUR): invoice M-0 was rejected with parked_too_long"
    assert said.startswith(cause)
    assert "UNEXPECTED_ERROR" in said
