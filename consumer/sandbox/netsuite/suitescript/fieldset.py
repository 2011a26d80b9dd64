"""The values of one body, line or subrecord while a script works on it."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript import values
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.fields import Field, FieldTable
from consumer.sandbox.netsuite.suitescript.values import Value


class FieldSet:
    """Values by field id, each of its field's kind."""

    def __init__(self, table: FieldTable, profile: Profile) -> None:
        self.table = table
        self.profile = profile
        self.values: dict[str, Value] = {}
        self.subrecords: dict[str, FieldSet] = {}

    def field(self, field_id: str) -> Field | None:
        """What the account knows of a field, None when it does not have it."""
        return self.table.get(field_id)

    def get(self, field_id: str) -> Value:
        """The value, None when there is none."""
        return self.values.get(field_id)

    def text(self, field_id: str) -> str | None:
        """The value of a text or select field."""
        value = self.values.get(field_id)
        return value if isinstance(value, str) else None

    def put(self, field_id: str, raw: Any) -> bool:
        """
        Hold what a script sets; False when the field is not there or NetSuite's own.

        Raises:
            ScriptError: the field's kind cannot hold the value.
        """
        field = self.table.get(field_id)
        if field is None:
            return self._refuse_unknown(field_id)
        if field.computed:
            return False
        self.values[field_id] = values.coerce(field, raw, self.profile)
        return True

    def _refuse_unknown(self, field_id: str) -> bool:
        if self.profile.switches.unknown_field == "refuse":
            raise ScriptError("SSS_INVALID_FIELD_ID", f"The field {field_id} is not on this record.")
        return False

    def missing(self, required: tuple[str, ...]) -> list[str]:
        """Labels of the fields among `required` that have no value."""
        absent = (key for key in required if self.values.get(key) is None and key in self.table)
        return [self.table[key].label for key in absent]

    def for_books(self) -> dict[str, Any]:
        """The values as the books keep them, subrecords under their own names."""
        kept = {key: values.for_books(value) for key, value in self.values.items() if value is not None}
        for name, subrecord in self.subrecords.items():
            kept[name] = subrecord.for_books()
        return kept

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what `for_books` gave."""
        for key, value in kept.items():
            field = self.table.get(key)
            if field is not None:
                self.values[key] = values.from_books(field.kind, value)
