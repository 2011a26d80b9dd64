"""
Change one setting of an account: its path in the profile and its new value.

``features.TAX_OVERHAULING`` false, ``preferences.LOCMANDATORY`` "T", ``permissions.TRAN_CUSTINVC`` 0,
``items.802.inactive`` true, ``custom_fields.custbody_lago_id`` null (gone), ``forms.invoice.body`` ["memo"],
``latency`` "slow", ``concurrency`` 1. Rows of lists are addressed by their id.
"""

from __future__ import annotations

from typing import Any

from consumer.sandbox.netsuite.profile import Profile

# Logins are verified with the profile of the start.
_FIXED = frozenset({"name", "account_id", "integrations"})


class UnknownSettingError(ValueError):
    """There is no such setting, or it cannot be changed while the sandbox runs."""


def flipped(profile: Profile, path: str, value: Any) -> Profile:
    """
    The same profile with one setting changed.

    Raises:
        UnknownSettingError: there is no such path, or it cannot be changed while the sandbox runs.
        pydantic.ValidationError: the value is not valid.
    """
    first, *rest = path.split(".")
    if first not in Profile.model_fields or first in _FIXED:
        known = ", ".join(sorted(Profile.model_fields.keys() - _FIXED))
        raise UnknownSettingError(f"{path}: no setting that can be changed; known: {known}")
    whole = profile.model_dump(mode="json")
    if first == "features":
        whole[first] = _features(whole[first], rest, value)
    else:
        whole[first] = _changed(whole[first], rest, value, path)
    return Profile.model_validate(whole)


def _features(features: list[str], rest: list[str], value: Any) -> list[str]:
    if len(rest) != 1 or not isinstance(value, bool):
        raise UnknownSettingError("a feature is switched by features.NAME and true or false")
    return [name for name in features if name != rest[0]] + rest * value


def _changed(part: Any, steps: list[str], value: Any, path: str) -> Any:
    """A copy of a part of the profile, with the value at the path `steps` changed."""
    if not steps:
        return value
    step, *rest = steps
    match part:
        case list():
            return _changed_row(part, step, rest, value, path)
        case dict() if rest and step not in part:
            # A form that is not in the profile has no mandatory fields.
            return part | {step: _changed({}, rest, value, path)}
        case dict():
            return part | {step: _changed(part.get(step), rest, value, path)}
        case _:
            raise UnknownSettingError(f"{path}: there is nothing under {step}")


def _changed_row(rows: list[Any], key: str, rest: list[str], value: Any, path: str) -> list[Any]:
    found = next((row for row in rows if row.get("id") == key), None)
    if found is None and rest:
        raise UnknownSettingError(f"{path}: there is no {key}")
    others = [row for row in rows if row is not found]
    if not rest and value is None:
        return others
    changed = _changed(found, rest, value, path)
    return [changed if row is found else row for row in rows] if found is not None else [*rows, changed]
