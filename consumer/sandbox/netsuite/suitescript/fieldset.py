"""The values of one body, line or subrecord of an open record."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript import values
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.fields import Field, FieldTable
from consumer.sandbox.netsuite.suitescript.values import Value


class FieldSet:
    """Values by field id, each in the type of its field."""

    def __init__(self, table: FieldTable, profile: Profile) -> None:
        self.table = table
        self.profile = profile
        self.values: dict[str, Value] = {}
        self.subrecords: dict[str, FieldSet] = {}

    def field(self, field_id: str) -> Field | None:
        """The definition of a field; None when the account does not have it."""
        return self.table.get(field_id)

    def get(self, field_id: str) -> Value:
        """The value; None when the field is empty."""
        return self.values.get(field_id)

    def text(self, field_id: str) -> str | None:
        """The value of a text or select field; None when it is empty."""
        value = self.values.get(field_id)
        return value if isinstance(value, str) else None

    def put(self, field_id: str, raw: Any) -> bool:
        """
        Set a value; False when the field does not exist or is computed by NetSuite.

        Raises:
            ScriptError: the value is not valid for the field's type.
        """
        field = self.table.get(field_id)
        if field is None:
            return self._refuse_unknown(field_id)
        if field.computed:
            return False
        self.values[field_id] = values.coerce(field, raw, self.profile)
        return True

    def put_text(self, field_id: str, text: str) -> bool:
        """Store a value that a script sets by its text; raises as `put` does."""
        return self.put(field_id, text)

    def _refuse_unknown(self, field_id: str) -> bool:
        if self.profile.switches.unknown_field == "refuse":
            raise ScriptError("SSS_INVALID_FIELD_ID", f"The field {field_id} is not on this record.")
        return False

    def missing(self, required: tuple[str, ...]) -> list[str]:
        """Labels of the fields of `required` that are empty."""
        absent = (key for key in required if self.values.get(key) is None and key in self.table)
        return [self.table[key].label for key in absent]

    def for_books(self) -> dict[str, Any]:
        """The values of its fields as they are stored, with subrecords under their field ids."""
        own = ((key, value) for key, value in self.values.items() if value is not None and key in self.table)
        kept = {key: values.for_books(value) for key, value in own}
        for name, subrecord in self.subrecords.items():
            kept[name] = subrecord.for_books()
        return kept

    def restore(self, kept: dict[str, Any]) -> None:
        """Set values from the form of `for_books`."""
        for key, value in kept.items():
            field = self.table.get(key)
            if field is not None:
                self.values[key] = values.from_books(field.kind, value)
