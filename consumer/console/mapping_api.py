"""The mapping as JSON: ``/api/v1/mapping`` and its drafts; amounts are decimal strings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from consumer.backtest.coverage import Coverage
from consumer.config import connections_text
from consumer.config.yaml_source import Problem
from consumer.console.mapping import rule_list
from consumer.console.mapping.backtest_run import BacktestRun
from consumer.console.mapping.configuration_file import Current
from consumer.console.mapping.draft import Draft
from consumer.console.mapping.event_run import EventRun
from consumer.console.mapping.line_diff import Hunk
from consumer.console.mapping.parts import MappingParts
from consumer.console.mapping.rule_list import GapRow, RuleRow
from consumer.console.page import context_of

NO_DRAFT = "There is no such draft any more"


async def mapping(request: Request) -> JSONResponse:
    """The file without its secrets, the rules of each connection, and what went through them."""
    parts = context_of(request).mapping
    current = await asyncio.to_thread(parts.file.current)
    if not isinstance(current, Current):
        return JSONResponse({"error": f"{current.name} cannot be worked on: {current.reason}"}, 409)
    parts.refresh(current, context_of(request).now_ms)
    return JSONResponse(await asyncio.to_thread(_as_json, current, parts))


def draft(request: Request) -> JSONResponse:
    """One draft: its errors, its difference, its back-test."""
    found = context_of(request).mapping.drafts.find(request.path_params["draft_id"])
    return JSONResponse(draft_as_json(found)) if found else JSONResponse({"error": NO_DRAFT}, 404)


def draft_as_json(found: Draft) -> dict[str, Any]:
    """A draft without secrets."""
    return {
        "id": found.id,
        "actor": found.actor,
        "base": found.base.digest,
        "text": found.text,
        "problems": _problems(found.problems),
        "added": found.count("added"),
        "removed": found.count("removed"),
        "hunks": [_hunk(each) for each in found.hunks],
        "backtest": _backtest(found.run) if found.run else None,
    }


ROUTES = [Route("/api/v1/mapping", mapping), Route("/api/v1/mapping/drafts/{draft_id}", draft)]


def _as_json(current: Current, parts: MappingParts) -> dict[str, Any]:
    known = parts.known if parts.known is not None and parts.known.digest == current.digest else None
    coverage = known.coverage if known else None
    return {
        "file": current.name,
        "base": current.digest,
        "text": current.masked.text,
        "problems": _problems(current.problems),
        "reading": _run(parts.latest) if parts.latest else None,
        "connections": [
            {
                "code": each.code,
                "items": [_rule(row) for row in rule_list.items(each, coverage)],
                "taxes": [_rule(row) for row in rule_list.taxes(each, coverage)],
                "others": [_rule(row) for row in rule_list.others(each)],
                "gaps": [_gap(row) for row in rule_list.gaps(each, coverage)] if coverage else None,
                "money": _money(coverage, each.code) if coverage else None,
            }
            for each in current.connections
        ],
    }


def _backtest(run: BacktestRun) -> dict[str, Any]:
    asked = _run(run) | {"asked_by": run.actor, "why": run.reason}
    # While events are taken in, in a thread, sums are not to be read.
    return asked | {"said": run.said, **run.as_json()} if run.is_over else asked


def _run(run: EventRun) -> dict[str, Any]:
    return {
        "state": run.state, "read": run.read, "expected": run.expected, "wanted": run.wanted,
        "ended_because": run.ending, "not_taken": run.defects,
    }  # fmt: skip


def _problems(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [
        {"line": each.line, "path": connections_text.place_of(each), "message": each.message}
        for each in problems
    ]


def _hunk(hunk: Hunk) -> list[dict[str, Any]]:
    return [
        {"kind": each.kind, "before": each.before, "after": each.after, "text": each.text.rstrip("\r\n")}
        for each in hunk.lines
    ]


def _rule(row: RuleRow) -> dict[str, Any]:
    found = {
        "kind": row.kind, "code": row.code, "entity": row.entity, "target": row.target, "rule": row.path,
        "at": row.at,
    }  # fmt: skip
    use = row.use
    return found | {
        "lines": use.lines if use else 0,
        "documents": use.documents if use else 0,
        "amounts": _texts(use.amounts) if use else {},
    }


def _gap(row: GapRow) -> dict[str, Any]:
    return {
        "kind": row.kind, "code": row.code, "setting": row.setting, "target": row.target,
        "lines": row.use.lines, "documents": row.use.documents, "amounts": _texts(row.use.amounts),
    }  # fmt: skip


def _money(coverage: Coverage, code: str) -> dict[str, dict[str, str]]:
    return {
        currency: {state: f"{amount:f}" for state, amount in by_state.items()}
        for currency, by_state in coverage.money(code).items()
    }


def _texts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:f}" for currency, amount in amounts.items()}
