"""The page of the mapping: what maps to what, how much goes by fallbacks, and a file that cannot be shown."""

from __future__ import annotations

import pytest

from consumer.console.mapping import latest_events
from consumer.console.mapping.configuration_file import LIMIT_BYTES
from tests.support import connection_files

SECRET = "planted-s3cret"


async def covered(console):
    """The page after the events were read."""
    await console.http.get("/mapping")
    await console.context.mapping.runs.one()
    return (await console.http.get("/mapping")).text


async def test_the_page_says_how_much_the_fallback_books(console):
    """As its first sentence, with what has no rule of its own and the setting to add."""
    text = await covered(console)

    assert "The fallback item books 7.00 EUR in the latest 2 events" in text
    gaps = text.split("Without a rule of their own")[1].split("<h2>")[0]
    assert "gpu_hours" in gaps
    assert "Item 801, as everything else" in gaps
    assert "<code>mapping.billable_metrics.gpu_hours</code>" in gaps


async def test_what_nothing_books_is_said_first(console):
    """It leads to what needs action."""
    rules = connection_files.FULL_MAPPING | {"fallback_item": None}
    mapping = {name: rule for name, rule in rules.items() if rule is not None}
    console.configuration.write_text(connection_files.yaml_text(connection_files.settings(mapping=mapping)))

    text = await covered(console)

    assert "Nothing books 7.00 EUR in the latest 2 events" in text
    assert "<b>Not booked</b>" in text


async def test_rules_show_their_line_and_what_went_through_them(console):
    """Also those that nothing went through."""
    items = (await covered(console)).split('id="items"')[1]

    row = items.split("<b>api_calls</b>")[1].split("</tr>")[0]
    assert "item 811, account 4010" in row
    assert "25.00 EUR" in row
    assert "connections.yaml:" in row
    assert "item 812" in items


async def test_of_very_many_rules_those_with_the_largest_amounts_are_shown(console):
    """A page stays light; as JSON there are all."""
    metrics = {f"metric_{number}": {"id": str(number)} for number in range(300)}
    mapping = connection_files.FULL_MAPPING | {"billable_metrics": metrics | {"api_calls": {"id": "811"}}}
    console.configuration.write_text(connection_files.yaml_text(connection_files.settings(mapping=mapping)))

    items = (await covered(console)).split('id="items"')[1].split("</section>")[0]

    assert items.count("<tr>") == 201
    assert "The first 200 of 310" in items
    assert items.index("plans.enterprise") < items.index("api_calls") < items.index("metric_1")
    [connection] = (await console.http.get("/api/v1/mapping")).json()["connections"]
    assert len(connection["items"]) == 310


async def test_the_same_as_json(console):
    """With amounts as decimal strings."""
    await covered(console)

    found = (await console.http.get("/api/v1/mapping")).json()

    [connection] = found["connections"]
    assert connection["money"] == {"EUR": {"own": "125.00", "fallback": "7.00", "unmapped": "0"}}
    assert [each["setting"] for each in connection["gaps"]] == ["mapping.billable_metrics.gpu_hours"]
    assert found["reading"] | {"state": "done", "read": 2, "not_taken": 0} == found["reading"]
    assert "env:NETSUITE_CLIENT_SECRET" in found["text"]


async def test_events_are_read_again_only_after_a_while_or_for_another_file(console):
    """However often the page is opened."""
    await covered(console)
    first = console.context.mapping.latest
    for _ in range(3):
        await console.http.get("/mapping")
    assert console.context.mapping.latest is first

    console.configuration.write_text(console.configuration.read_text() + "# more\n")
    await covered(console)
    second = console.context.mapping.latest
    assert second is not first
    console.clock.advance(16 * 60)
    await console.http.get("/mapping")

    assert console.context.mapping.latest is not second


async def test_a_kafka_that_is_away_leaves_the_page_with_a_sentence(console):
    """The rules are shown without amounts."""
    console.failing = "Kafka cannot be reached at localhost:9092"

    text = await covered(console)

    assert "The events could not be read" in text
    assert "Kafka cannot be reached at localhost:9092." in text
    assert "item 811, account 4010" in text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"connections: [", "line 1 is not YAML"),
        (b"connections:\n  - code: \xff\n", "line 2 is not UTF-8 text"),
        (b"#" * (LIMIT_BYTES + 1), "larger than 256 KiB"),
        (None, "It is not there"),
    ],
)
async def test_a_file_that_cannot_be_shown_is_a_sentence(console, content, reason):
    """The page lives, and shows nothing of it."""
    if content is None:
        console.configuration.unlink()
    else:
        console.configuration.write_bytes(content)

    answer = await console.http.get("/mapping")

    assert answer.status_code == 200
    assert reason.lower() in answer.text.lower()
    assert (await console.http.get("/api/v1/mapping")).status_code == 409


async def test_a_file_with_errors_shows_them_with_their_lines(console):
    """And can be worked on."""
    console.configuration.write_text(console.configuration.read_text().replace("mapping:", "mappings:"))

    text = (await console.http.get("/mapping")).text

    assert "Is not a known key, did you mean &#39;mapping&#39;?" in text
    assert "<textarea" in text


async def test_literal_secrets_are_on_no_page(console):
    """Neither in the text nor as JSON."""
    console.configuration.write_text(
        console.configuration.read_text().replace("env:NETSUITE_CLIENT_SECRET", SECRET)
    )

    for path in ("/mapping", "/api/v1/mapping"):
        text = (await console.http.get(path)).text
        assert SECRET not in text
        assert "masked:1" in text


def test_the_latest_events_are_shared_out_over_partitions():
    """A short partition leaves its share to the others."""
    extents = {("a", 0): (0, 3), ("a", 1): (100, 1_000), ("b", 0): (5, 5), ("b", 1): (0, 400)}

    assert latest_events.begins_of(extents, 103) == {
        ("a", 0): 0, ("a", 1): 950, ("b", 0): 5, ("b", 1): 350,
    }  # fmt: skip
    assert latest_events.begins_of(extents, 10_000) == {place: begin for place, (begin, _) in extents.items()}
    assert latest_events.begins_of({}, 10) == {}
