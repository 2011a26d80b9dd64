"""Injected errors, raised where a workflow or the database would raise them."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.fault_injection import Step
from consumer.sandbox.netsuite.suitescript.errors import ScriptError


def strike(account: Account, at: Step, record_type: str, content: Any = None) -> None:
    """Raise the ScriptError that is queued for this step on such a record, if there is one."""
    fault = account.faults.thrown_at(at, record_type, content)
    if fault is not None:
        raise ScriptError(fault.name, fault.message)
