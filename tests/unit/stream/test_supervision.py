"""A stream that fails is restarted, and no other stream is."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.errors import ConfigurationError, StartupError
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics
from consumer.stream.supervision import RECOVERED_AFTER_S, RESTART_CAP_S, SupervisedStream, Supervisor
from tests.memory.defects import Panic

BEGAN = "2026-08-01T00:00:00Z"


class Scene:
    """A supervisor whose pauses take no time; lives do what the test says, one after the other."""

    def __init__(self, *lives, jitter=0.0):
        self.clock = FakeClock()
        self.health = Health(self.clock)
        self.metrics = Metrics(version="test")
        self.stopping = asyncio.Event()
        self.lives = list(lives)
        self.made = 0
        self.pauses = []
        self.unready = []
        self.supervisor = Supervisor(
            clock=self.clock, health=self.health, metrics=self.metrics, jitter=lambda: jitter
        )
        self.supervisor._pause = self.pause

    async def pause(self, stopping, delay_s):
        await asyncio.sleep(0)
        self.pauses.append(delay_s)
        self.unready += self.health.readiness().reasons
        self.clock.advance(delay_s)

    def make(self):
        self.made += 1
        return self

    async def run(self, stopping):
        self.health.ready("netsuite-eu")
        if not self.lives:
            stopping.set()
            return
        life = self.lives.pop(0)
        if isinstance(life, tuple):
            lived_s, life = life
            self.clock.advance(lived_s)
        raise life

    async def play(self):
        with capture_logs() as self.logs:
            await self.supervisor.keep(SupervisedStream(name="netsuite-eu", make=self.make), self.stopping)


async def test_a_stream_that_dies_is_made_anew_and_says_so_in_readiness():
    """Who it is, since when, by what, and when it starts again; afterwards it is a remark for a while."""
    scene = Scene(KeyError("secret"), ValueError("secret"))

    await scene.play()

    assert scene.made == 3
    assert scene.unready == [
        f"netsuite-eu failed once since {BEGAN}, last by KeyError; starts again at {BEGAN}",
        f"netsuite-eu failed 2 times since {BEGAN}, last by ValueError; starts again at 2026-08-01T00:00:01Z",
    ]
    assert scene.health.liveness().is_good
    assert scene.health.readiness().is_good
    [remark] = scene.health.readiness().remarks
    assert remark.startswith("netsuite-eu: failed 2 times since")
    assert "secret" not in str(scene.logs)
    assert 'stream_restarts_total{connection="netsuite-eu"} 2.0' in scene.metrics.exposition().decode()

    scene.clock.advance(RECOVERED_AFTER_S + 10)

    assert scene.health.readiness().remarks == ()


async def test_each_failure_of_a_row_waits_twice_as_long_up_to_the_cap():
    """Half of it is spread over workers, so that they do not come back together."""
    scene = Scene(*[KeyError()] * 11)

    await scene.play()

    assert scene.pauses == [0.5, 1, 2, 4, 8, 16, 32, 64, 128, RESTART_CAP_S / 2, RESTART_CAP_S / 2]

    latest = Scene(KeyError(), jitter=1.0)
    await latest.play()

    assert latest.pauses == [1.0]


async def test_one_that_has_run_for_long_begins_a_new_row():
    """A failure a day is no reason to wait for minutes."""
    scene = Scene(KeyError(), KeyError(), (RECOVERED_AFTER_S, KeyError()))

    await scene.play()

    assert scene.pauses == [0.5, 1, 0.5]


@pytest.mark.parametrize("refusal", [StartupError("no broker"), ConfigurationError(["no key"])])
async def test_the_first_start_may_be_refused(refusal):
    """The error is for the person who starts the process."""
    scene = Scene(refusal)

    with pytest.raises(type(refusal)):
        await scene.play()

    assert scene.pauses == []


async def test_a_start_that_is_refused_later_is_tried_again():
    """Kafka may be away just then."""
    scene = Scene(KeyError(), StartupError("Kafka cannot be reached"))

    await scene.play()

    assert scene.made == 3


@pytest.mark.parametrize(
    "error", [Panic(), ExceptionGroup("tasks", [KeyError()]), BaseExceptionGroup("tasks", [Panic()])]
)
async def test_whatever_kills_a_stream_kills_no_more(error):
    """Also a panic, which is no Exception, and what a group of tasks makes of it."""
    scene = Scene(error)

    await scene.play()

    assert scene.made == 2


async def test_a_cancellation_goes_on_its_way():
    """That is how the process ends."""
    scene = Scene(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await scene.play()


async def test_a_stream_that_cannot_even_be_made_is_tried_again_and_its_sibling_is_untouched():
    """Each is kept by itself."""
    scene = Scene()
    began = []

    def unmakeable():
        began.append("bad")
        if len(began) > 3:
            scene.stopping.set()
        raise TypeError

    class Lives:
        async def run(self, stopping):
            await stopping.wait()
            began.append("sibling ended")

    with capture_logs():
        async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
            for name, make in (("bad", unmakeable), ("good", Lives)):
                tasks.create_task(
                    scene.supervisor.keep(SupervisedStream(name=name, make=make), scene.stopping), name=name
                )

    assert began == ["bad"] * 4 + ["sibling ended"]


async def test_a_stop_ends_the_wait_for_the_next_start():
    """Nobody waits for five minutes to stop."""
    health = Health(FakeClock())
    supervisor = Supervisor(
        clock=FakeClock(), health=health, metrics=Metrics(version="t"), jitter=lambda: 0.9
    )
    stopping = asyncio.Event()
    stopping.set()

    async with asyncio.timeout(5):
        await supervisor._pause(stopping, 300.0)
