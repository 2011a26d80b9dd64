"""The JSON Schemas that are checked in are those of the code."""

import json

import pytest

from consumer.pipeline import routing
from schemas import export

PUBLISHED = dict(export.schemas())


def test_the_files_are_fresh():
    """`python -m schemas.export` would change none, add none and remove none."""
    found = {path.name: path.read_text(encoding="utf-8") for path in export.FOLDER.glob("*.schema.json")}

    assert found == {name: export.text_of(schema) for name, schema in PUBLISHED.items()}


def test_every_event_that_is_acted_on_is_described():
    """An event added to the routes needs its schema."""
    described = {event for _, events in export.EVENTS.values() for event in events}

    assert described == set(routing.ROUTES)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_reference_leads_somewhere(name):
    """A schema can be used by itself."""
    text = json.dumps(PUBLISHED[name])
    references = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}

    assert references <= {f"#/$defs/{part}" for part in PUBLISHED[name].get("$defs", {})}


@pytest.mark.parametrize("object_type", export.EVENTS)
def test_an_event_is_its_object_in_lagos_envelope(object_type):
    """Four members, all of them needed."""
    schema = PUBLISHED[f"{object_type}_event.schema.json"]

    assert schema["required"] == ["webhook_type", "object_type", "organization_id", object_type]
    assert schema["properties"]["object_type"] == {"const": object_type}
    assert "additionalProperties" not in json.dumps(schema)


def test_what_is_published_is_described_as_it_is_written():
    """Members with defaults are always there, so readers may rely on them."""
    schema = PUBLISHED["result.schema.json"]

    assert set(schema["required"]) >= {"connection", "lago_id", "totals", "warnings", "url"}


def test_writing_anew_removes_what_no_contract_has_any_more(tmp_path):
    """Other files stay."""
    (tmp_path / "gone.schema.json").write_text("{}")
    (tmp_path / "README.md").write_text("kept")

    export.write(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {*PUBLISHED, "README.md"}
