"""SuiteScript errors with NetSuite's codes and texts."""

from __future__ import annotations

from collections.abc import Iterable


class ScriptError(Exception):
    """An error as SuiteScript throws it: `name`, the stable code, and `message`, a text."""

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        self.message = message
        super().__init__(f"{name}: {message}")


class ExhaustedError(ScriptError):
    """The call has used all its units or its time; the script ends and cannot catch it."""


def missing_argument(method: str, argument: str) -> ScriptError:
    """A call without a required argument."""
    return ScriptError("SSS_MISSING_REQD_ARGUMENT", f"{method}: Missing a required argument: {argument}")


def invalid_reference(field: str, key: object, subsidiary: str | None = None) -> ScriptError:
    """A select field with an id that does not exist, or is not available to the subsidiary."""
    where = f" for subsidiary {subsidiary}" if subsidiary else ""
    return ScriptError("INVALID_KEY_OR_REF", f"Invalid {field} reference key {key}{where}.")


def invalid_value(field: str, value: object) -> ScriptError:
    """A value that is not valid for the field's type."""
    text = f"You have entered an Invalid Field Value {value} for the following field: {field}"
    return ScriptError("INVALID_FLD_VALUE", text)


def missing_values(labels: Iterable[str]) -> ScriptError:
    """Mandatory fields without a value, by their labels."""
    return ScriptError("USER_ERROR", f"Please enter value(s) for: {', '.join(labels)}")


def no_permission(permission: str) -> ScriptError:
    """The role's level of a permission is too low."""
    text = (
        f"Permission Violation: You need a higher level of the '{permission}' permission to access this page."
    )
    return ScriptError("INSUFFICIENT_PERMISSION", text)


def wrong_mode(method: str, *, dynamic: bool) -> ScriptError:
    """A method of standard mode on a dynamic record, or the reverse."""
    mode = "dynamic" if dynamic else "standard"
    return ScriptError("SSS_INVALID_API_USAGE", f"Invalid API usage: {method} cannot be used in {mode} mode.")
