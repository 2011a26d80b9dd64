"""The custom fields that `check` looks for are those that the SDF project deploys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from consumer.preflight import form_fields, record_forms
from schemas.reading import Form, Health, Trouble
from tests.support.connection_files import connection
from tests.unit.preflight.test_login import FACTS

OBJECTS = Path(__file__).parents[3] / "deploy" / "netsuite" / "src" / "Objects"


def test_every_deployed_custom_field_is_looked_for_and_no_other():
    """A field added to the project has to be added to the table of forms."""
    deployed = {
        path.stem for path in OBJECTS.glob("cust*.xml") if path.stem.startswith(("custb", "custe", "custc"))
    }
    fields = {name for name in deployed if name.startswith(("custbody_", "custentity_", "custcol_"))}

    looked_for = {name for one in record_forms.FORMS.values() for name in (*one.custom, *one.line_custom)}

    assert looked_for == fields
    assert looked_for >= record_forms.ESSENTIAL


def test_custom_fields_that_the_mapping_fills_are_looked_for_too():
    wanted = connection(
        mapping={
            "fields": {"invoice": {"custbody_region": "EU"}, "invoice_line": {"custcol_x": "1", "class": "7"}}
        }
    )

    asked = record_forms.asked(wanted)["invoice"]

    assert "custbody_region" in asked.body
    assert asked.lines is not None
    assert asked.lines[-1] == "custcol_x"


def test_only_forms_that_are_written_are_looked_at():
    wanted = connection(sync={"credit_notes": False, "voids": False, "payments": False})

    assert record_forms.written(wanted) == ("customer", "invoice")


def _unseen(preference):
    health = Health(
        forms={"invoice": Form(error=Trouble(code="INSUFFICIENT_PERMISSION"))},
        preferences={"LOCMANDATORY": preference},
    )
    wanted = connection(sync={"credit_notes": False, "voids": False, "payments": False})
    return {one.id: one.status for one in form_fields.findings(wanted, replace(FACTS, health=health))}


def test_where_a_form_cannot_be_seen_the_preference_tells():
    """Text or flag, as the account has it."""
    assert _unseen("T")["mandatory.location"] == _unseen(True)["mandatory.location"] == "fail"
    assert _unseen("T")["form.invoice"] == "unknown"


def test_where_neither_form_nor_preference_tells_it_is_unknown():
    assert "mandatory.location" not in _unseen("F")
    assert _unseen("F")["form.invoice"] == "unknown"
