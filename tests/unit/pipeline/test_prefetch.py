from consumer.outcome import Ignored
from consumer.pipeline.prefetch import Prefetch
from consumer.pipeline.steps import PlannedEvent
from consumer.record import LaneKey, Record, Source
from schemas.envelope import Undecodable

EVENT = Undecodable(reason="empty", message="the record has no value")


def record(offset: int, value: bytes) -> Record:
    source = Source(topic="lago.invoices", partition=0, offset=offset)
    return Record(source=source, timestamp_ms=0, key=None, value=value, lane=LaneKey("a"))


class Planning:
    def __init__(self) -> None:
        self.asked: list[bytes | None] = []
        self.prefetch = Prefetch(self.plan)

    def plan(self, of: Record) -> PlannedEvent:
        self.asked.append(of.value)
        return PlannedEvent(event=EVENT, plan=Ignored(rule=str(of.value)))


def test_what_was_prepared_is_not_found_out_again():
    """The plan is there when the permit is."""
    planning, first = Planning(), record(0, b"one")

    planning.prefetch.prepare([first])
    planning.prefetch.prepare([first])

    assert planning.prefetch.of(first).plan == Ignored(rule="b'one'")
    assert planning.asked == [b"one"]


def test_what_was_not_prepared_is_found_out_when_it_is_asked_for():
    """A record that came before its turn loses nothing but time."""
    planning = Planning()

    assert planning.prefetch.of(record(0, b"one")).plan == Ignored(rule="b'one'")


def test_another_record_at_the_same_place_has_another_plan():
    """A topic that was deleted and made anew begins at offset 0 again."""
    planning = Planning()
    planning.prefetch.prepare([record(0, b"one")])

    assert planning.prefetch.of(record(0, b"two")).plan == Ignored(rule="b'two'")


def test_what_does_not_come_next_any_more_is_forgotten():
    """However long a worker runs, it keeps only the plans of one call."""
    planning = Planning()
    planning.prefetch.prepare([record(0, b"one"), record(1, b"two")])

    planning.prefetch.prepare([record(2, b"three")])

    assert len(planning.prefetch._planned) == 1
