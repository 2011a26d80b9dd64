"""Mandatory fields at a save: always those of the system; those of form and preferences unless ignored."""

from __future__ import annotations

from collections.abc import Iterable

from consumer.sandbox.netsuite.profile import Form, Profile
from consumer.sandbox.netsuite.suitescript.errors import missing_values
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.record_types import STAGES

_PREFERENCES = {"LOCMANDATORY": "location", "DEPTMANDATORY": "department", "CLASSMANDATORY": "class"}


def of_form(profile: Profile, record_type: str, sublist: str | None = None) -> tuple[str, ...]:
    """Fields that the form or a company preference makes mandatory, of the body or of a sublist's lines."""
    form = profile.forms.get(record_type, Form())
    if sublist is not None:
        return form.lines if sublist == "item" else ()
    preferred = (field for name, field in _PREFERENCES.items() if profile.preferences.get(name) == "T")
    return (*form.body, *(() if record_type in STAGES else preferred))


def of_system(fields: FieldSet) -> tuple[str, ...]:
    """Fields that are mandatory by the system."""
    return tuple(field.id for field in fields.table.values() if field.required)


def demand(draft: Draft, extra: Iterable[str] = (), *, ignore_mandatory: bool) -> None:
    """Raise USER_ERROR with the labels of all mandatory body fields, then line fields, that are empty."""
    kind, profile = draft.kind.type, draft.profile
    wanted = (*of_system(draft.body), *extra, *(() if ignore_mandatory else of_form(profile, kind)))
    labels = draft.body.missing(tuple(dict.fromkeys(wanted)))
    for name, lines in draft.sublists.items():
        on_form = () if ignore_mandatory else of_form(profile, kind, name)
        of_line = (*of_system(lines[0]), *on_form) if lines else ()
        labels += [label for line in lines for label in line.missing(of_line)]
    if labels:
        raise missing_values(dict.fromkeys(labels))
