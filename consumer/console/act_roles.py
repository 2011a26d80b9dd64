"""Which role an act needs; pages need a viewer, who is everybody with a login."""

from __future__ import annotations

from collections.abc import Mapping

from consumer.console.person import Role

ROLES: Mapping[str, Role] = {
    "replay": "operator",
    "synced": "operator",
    "ignore": "operator",
    "reopen": "operator",
    "pause_replay": "operator",
    "resume_replay": "operator",
    "cancel_replay": "operator",
    "note": "operator",
    "assign": "operator",
    "accept": "operator",
    "take_back": "operator",
    "sign_off": "admin",
    "pause": "operator",
    "resume": "operator",
    "plan_backfill": "operator",
    "backfill": "operator",
    "reconcile": "operator",
    "stop_job": "operator",
    "draft": "viewer",
    "backtest": "operator",
    "stop_backtest": "operator",
    "download": "operator",
    "logout": "viewer",
}
"""By the name of the act in its path. Nothing that is missing here can be done."""
