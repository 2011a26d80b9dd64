"""What people do on pages: a form that passed `act_guard` becomes an act."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from consumer.console import act_preview, act_subject, form, job_acts
from consumer.console.act_preview import WRONG_RATE, rate_of, title_of
from consumer.console.context import (
    ACTS,
    AcceptanceAct,
    Act,
    ActName,
    ActOutcome,
    AnyAct,
    PauseAct,
    RemarkAct,
    RunAct,
    SignOffAct,
)
from consumer.console.message import API, said
from consumer.console.page import context_of, session_of
from consumer.errors import LagoNetsuiteError
from consumer.failures import remarks
from consumer.failures.act_plan import ActPlan
from consumer.failures.run import Steering
from consumer.reconcile.sign_off import Month

REASON_LIMIT = 500
OF_BOOKS = ("accept", "take_back", "sign_off")
"""On what a reconciliation has found."""
OF_CONNECTIONS = ("pause", "resume")
OF_RUNS: Mapping[str, Steering] = {
    "pause_replay": "pause",
    "resume_replay": "resume",
    "cancel_replay": "cancel",
}
"""On runs of replays."""
REMARKS: Mapping[str, Literal["note", "assign"]] = {"note": "note", "assign": "assign"}
"""On failures, which stay as they are."""
REMARKS_LIMIT = 500
"""Of failures in one act."""
NAMES = {*ACTS, *OF_BOOKS, *OF_CONNECTIONS, *OF_RUNS, *REMARKS, *job_acts.NAMES}


async def act(request: Request) -> Response:
    """Do what a form asks for; it answers with a page that says what became of it."""
    name, reason = request.path_params["act"], _field(request, "reason")[:REASON_LIMIT]
    if name not in NAMES:
        return said(request, 404, "There is no such act")
    if not reason:
        return said(request, 422, "A reason is needed: it is all that a later reader of the audit has")
    if name in job_acts.NAMES:
        return await job_acts.act(request, name, reason)
    wish = _wish(request, name, reason)
    if isinstance(wish, Response):
        return wish
    if isinstance(wish, str):
        return said(request, 422, wish, back=_back(name))
    return await _done(request, wish, _back(name))


def _wish(request: Request, name: str, reason: str) -> AnyAct | Response | str:
    if name in OF_RUNS:
        return _on_run(request, OF_RUNS[name], reason)
    if name in REMARKS:
        return _remark(request, REMARKS[name], reason)
    if name in ACTS:
        return _on_failures(request, ACTS[name], reason)
    return _on_connection(request, name, reason)


async def _done(request: Request, wish: AnyAct, back: str) -> Response:
    try:
        outcome = await context_of(request).act(wish)
    except LagoNetsuiteError as error:
        return said(request, 503, "It was not done", str(error), back=back)
    # Of many documents a part may be done; of the books one thing is, or is not.
    status = 200 if outcome.is_done or isinstance(wish, Act) else 409
    back = f"/failures/{wish.error_ids[0]}" if isinstance(wish, RemarkAct) else back
    tone = "good" if outcome.is_done else "warn"
    if run_id := outcome.run_id:
        return _of_run(request, status, outcome, run_id)
    return said(request, status, outcome.said, *outcome.lines, tone=tone, back=back)


def _of_run(request: Request, status: int, outcome: ActOutcome, run_id: str) -> Response:
    """A page goes on at a run that is under way; a program gets its id."""
    if request.url.path.startswith(API):
        name = "said" if status < 400 else "error"
        return JSONResponse({name: outcome.said, "lines": list(outcome.lines), "run": run_id}, status)
    if outcome.is_under_way:
        return RedirectResponse(f"/replays/{run_id}", 303)
    tone = "good" if outcome.is_done else "warn"
    return said(request, status, outcome.said, *outcome.lines, tone=tone, back=f"/replays/{run_id}")


def _on_run(request: Request, steering: Steering, reason: str) -> RunAct | str:
    run_id, rate = _field(request, "run"), rate_of(form.of(request))
    if not run_id:
        return "The form names no replay"
    if rate is None:
        return WRONG_RATE
    return RunAct(
        run_id=run_id,
        steering=steering,
        actor=_actor(request),
        reason=reason,
        rate_per_s=rate if _field(request, "rate") else None,
    )


def _remark(request: Request, name: Literal["note", "assign"], reason: str) -> RemarkAct | str:
    """A note or an assignment; of a cause or a filter it is about what is open."""
    fields, actor = form.of(request), _actor(request)
    given, selection = act_subject.given_in(fields), act_subject.of(fields, actor)
    if isinstance(selection, str) or not given:
        return selection if isinstance(selection, str) else "The form names no failures"
    ids = sorted(selection.ids)
    if set(given) != {"error_id"}:
        with context_of(request).tables() as tables:
            ids = act_subject.ids(tables, selection, name)
    if not 0 < len(ids) <= REMARKS_LIMIT:
        return f"These are {len(ids):,} failures; one act is about 1 to {REMARKS_LIMIT}"
    to = _field(request, "assignee")[: remarks.NAME_LIMIT_CHARS]
    assignee = {act_subject.ME: actor, act_subject.TO_NOBODY: ""}.get(to, to) if name == "assign" else ""
    if name == "assign" and not to:
        return "The form names nobody to assign it to: a name, me or nobody is needed"
    return RemarkAct(name=name, error_ids=ids, actor=actor, reason=reason, assignee=assignee)


def _on_failures(request: Request, name: ActName, reason: str) -> Act | Response | str:
    """The act, why the form is none, or that it is about something else by now."""
    fields, actor = form.of(request), _actor(request)
    rate = rate_of(fields)
    if rate is None:
        return WRONG_RATE
    act = partial(Act, name=name, actor=actor, reason=reason, rate_per_s=rate)
    given = act_subject.given_in(fields)
    if set(given) == {"error_id"} and not fields.get("plan"):
        return act(error_ids=[given["error_id"]])
    selection = act_subject.of(fields, actor)
    if isinstance(selection, str) or not given:
        return selection if isinstance(selection, str) else "The form names no failures"
    with context_of(request).tables() as tables:
        if key := fields.get("plan"):
            now = act_preview.of(context_of(request), tables, name, selection, rate_per_s=rate)
            if now.counts.key != key:
                return _changed(request, now, given)
        ids = act_subject.ids(tables, selection, name)
    if not ids:
        return "Nothing of this is open any more"
    return act(error_ids=ids, selection=None if selection.ids else selection)


def _changed(request: Request, plan: ActPlan, given: Mapping[str, str]) -> Response:
    """The page on which the act was looked at is out of date."""
    back = f"/acts/{plan.act}?{urlencode(given)}"
    headline = "Something has changed since the page was opened. Nothing was done"
    return said(request, 409, headline, f"Now it would be: {title_of(plan)}.", tone="warn", back=back)


def _on_connection(request: Request, name: str, reason: str) -> AcceptanceAct | SignOffAct | PauseAct | str:
    """The act, or why the form is none."""
    code = _field(request, "connection")
    if code not in context_of(request).codes:
        return "The form names no connection of this console"
    if name in OF_CONNECTIONS:
        return PauseAct(connection=code, actor=_actor(request), reason=reason, undo=name == "resume")
    if name == "sign_off":
        return _sign_off(request, code, reason)
    key = _field(request, "key")
    if not key:
        return "The form names no difference"
    undo = name == "take_back"
    return AcceptanceAct(connection=code, key=key, actor=_actor(request), reason=reason, undo=undo)


def _sign_off(request: Request, code: str, reason: str) -> SignOffAct | str:
    month = Month.of(_field(request, "month"))
    if month is None:
        return "The form names no month like 2026-10"
    return SignOffAct(connection=code, month=month, actor=_actor(request), reason=reason)


def _back(name: str) -> str:
    if name in OF_CONNECTIONS:
        return "/connections"
    return "/reconciliation" if name in OF_BOOKS else "/replays" if name in OF_RUNS else "/needs-action"


def _field(request: Request, name: str) -> str:
    return form.of(request).get(name, "").strip()


def _actor(request: Request) -> str:
    return session_of(request).person.name
