"""What Lago answers when it refuses a request (``Api::V1`` and ``ApiErrors``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Codes = Mapping[str, Sequence[str]]
"""Error codes by the name of the field."""


class RefusalError(ValueError):
    """
    A refusal with Lago's status and code.

    Attributes:
        status: the HTTP status.
        code: Lago's word; empty for a request without its root object.
        details: of validations, by field.
        text: the error's text where it is not the status's.
    """

    def __init__(self, status: int, code: str, details: Codes | None = None, *, text: str = "") -> None:
        self.status, self.code, self.details, self.text = status, code, details, text
        super().__init__(f"{status} {code or text} {dict(details or {})}".rstrip("{} "))


def invalid(details: Codes) -> RefusalError:
    """Validations that have failed, by field."""
    return RefusalError(422, "validation_errors", details)


def missing(resource: str) -> RefusalError:
    """There is no such object."""
    return RefusalError(404, f"{resource}_not_found")


def not_allowed(code: str) -> RefusalError:
    """The state of the object does not allow it."""
    return RefusalError(405, code)


def premium() -> RefusalError:
    """A premium feature, or an invoice that takes no payment by hand; Lago has one code for both."""
    return RefusalError(403, "feature_unavailable")


def without(root: str) -> RefusalError:
    """The request lacks its root object (``ActionController::ParameterMissing``)."""
    return RefusalError(
        400, "", text=f"BadRequest: param is missing or the value is empty or invalid: {root}"
    )
