"""The address subrecord: the country decides which states are valid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript.errors import invalid_value
from consumer.sandbox.netsuite.suitescript.fields import ADDRESS
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet

# Countries by ISO 3166-1 alpha-2, and the states of those for which NetSuite has a list; elsewhere a state is
# free text.
_PLACES = json.loads(Path(__file__).with_name("places.json").read_text(encoding="utf-8"))
_COUNTRIES = frozenset(" ".join(_PLACES["countries"]).split())
_STATES: dict[str, dict[str, str]] = _PLACES["states"]


class Address(FieldSet):
    """One address; a new country clears the state, so the country must be set first."""

    def __init__(self, profile: Profile, country: str) -> None:
        super().__init__(ADDRESS, profile)
        self.values["country"] = country

    def put(self, field_id: str, raw: Any) -> bool:
        """Set a value; raises INVALID_FLD_VALUE for a country or state that is not in NetSuite's lists."""
        if field_id == "country":
            return self._put_country(raw)
        states = _STATES.get(self.text("country") or "")
        if field_id == "state" and raw and states is not None and raw not in states:
            raise invalid_value("state", raw)
        return super().put(field_id, raw)

    def put_text(self, field_id: str, text: str) -> bool:
        """Set a state by its name; raises INVALID_FLD_VALUE for one that the country does not have."""
        names = _STATES.get(self.text("country") or "", {}) if field_id == "state" else {}
        codes = {name.lower(): code for code, name in names.items()}
        return self.put(field_id, codes.get(text.lower(), text))

    def _put_country(self, raw: Any) -> bool:
        if raw not in _COUNTRIES:
            raise invalid_value("country", raw)
        if raw != self.values.get("country"):
            self.values.pop("state", None)
        return super().put("country", raw)
