"""A draft is checked line by line, compared, back-tested and taken away; the file itself is never written."""

from __future__ import annotations

import html
import re
import subprocess

import pytest
from structlog.testing import capture_logs

from consumer.config import yaml_source
from consumer.console.mapping import draft, event_run
from tests.support import connection_files, lago

SECRET = "planted-s3cret"
METRIC = "    billable_metrics:\n"
GPU = "      gpu_hours:\n        id: '820'\n"
REASON = "map gpu_hours"
DEAR = "string(event.fees.map(a, event.fees.map(b, event.fees.map(c, 1).size()).size()).size())"
NESTED = "event.fees.map(a, event.fees.map(b, event.fees.map(c, event.fees.map(d, d))))"
API = "/api/v1/mapping/drafts"


def fixed(console, role="operator"):
    """The file of the console with a rule for the metric that has none, and a token."""
    return {
        "text": console.configuration.read_text().replace(METRIC, METRIC + GPU),
        "token": console.log_in(role),
    }


async def made(console, **changes):
    """A draft as JSON, and a token."""
    form = changes if "token" in changes else fixed(console) | changes
    answer = await console.http.post(API, json=form)
    assert answer.status_code == 201, answer.text
    return answer.json(), form["token"]


async def backtested(console, draft, token, **changes):
    """The draft after its back-test."""
    form = {"token": token, "reason": REASON} | changes
    answer = await console.http.post(f"{API}/{draft['id']}/backtest", json=form)
    assert answer.status_code == 202, answer.text
    while not console.context.mapping.drafts.find(draft["id"]).run.is_over:
        await console.context.mapping.runs.one()
    return (await console.http.get(f"{API}/{draft['id']}")).json()["backtest"]


async def test_a_form_leads_to_the_page_of_the_draft(console):
    """With what changes, each line said to be added or removed."""
    form = fixed(console, "viewer")
    form["text"] = form["text"].replace("\n", "\r\n")

    answer = await console.http.post("/mapping/drafts", data=form)

    assert answer.status_code == 303
    text = (await console.http.get(answer.headers["location"])).text
    assert "The draft is without errors: 2 lines added, 0 removed" in text
    assert text.count("+ added") == 2
    assert "gpu_hours" in text
    assert "Back-test</button>" not in text, "a viewer looks"
    assert "Download" not in text


@pytest.mark.parametrize(
    ("before", "after", "path", "message"),
    [
        ("mapping:", "mappings:", "connections[0].mappings", "is not a known key, did you mean 'mapping'?"),
        ("    subscription_fee:", "    x: [", "", "is not YAML"),
        ("id: '801'", "id: {a: b}", "connections[0].mapping.fallback_item.id", "a mapping is not text"),
        ("id: '801'", "id: '\ufffd'", "", "has a character that is not UTF-8 text"),
        (
            "  mapping:\n",
            f"  mapping:\n    fields:\n      invoice:\n        memo: {{expr: '{NESTED}'}}\n",
            "connections[0].mapping.fields.invoice.memo.expr",
            "has 4 macros such as map in one another; it may have 3",
        ),
    ],
)  # fmt: skip
async def test_errors_have_their_line_their_setting_and_what_is_expected(
    console, before, after, path, message
):
    """Beside the line on the page, and as JSON."""
    text = console.configuration.read_text().replace(before, after, 1)
    found, _ = await made(console, text=text)

    [problem] = [each for each in found["problems"] if message in each["message"]]
    assert problem["path"] == path
    wanted = after.splitlines()[-1] if path or "\ufffd" in after else None
    assert wanted is None or wanted in text.splitlines()[problem["line"] - 1]
    page = (await console.http.get(f"/mapping/drafts/{found['id']}")).text
    assert f"<b>Line {problem['line']}: " in page


async def test_an_expression_that_costs_too_much_for_an_event_is_a_refusal_in_the_back_test(console):
    """It cannot be known before the event."""
    dear = f"  mapping:\n    fields:\n      invoice:\n        memo: {{expr: '{DEAR}'}}\n"
    fees = [lago.fee("subscription", units="1", unit_price="1") for _ in range(60)]
    console.events = [lago.invoice_event("invoice.created", content=lago.invoice(fees))]
    text = console.configuration.read_text().replace("  mapping:\n", dear)

    found, token = await made(console, text=text)
    done = await backtested(console, found, token)

    assert done["outcomes"] == [{"before": "written", "after": "rejected: invalid_expression", "count": 2}]
    assert "beyond the budget" in done["changed"][0]["reason"]


async def test_a_yaml_bomb_is_an_error_of_its_line(console, monkeypatch):
    """The page lives."""
    monkeypatch.setattr(yaml_source, "MAX_VALUES", 5_000)
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    found, _ = await made(console, text=f"l0: &l0 x\n{levels}")

    assert "stands for more than 5,000 values" in found["problems"][0]["message"]


@pytest.mark.parametrize(("size", "status"), [(300_000, 413), (5_000_000, 413)])
async def test_a_text_that_is_too_large_is_refused(console, size, status):
    """Before and after it is read."""
    body = b"token=" + console.log_in("operator").encode() + b"&text=" + b"a" * size

    answer = await console.http.post("/mapping/drafts", content=body)

    assert answer.status_code == status
    assert "large" in answer.text
    assert (await console.http.get("/mapping")).status_code == 200


async def test_bytes_that_are_no_utf_8_are_an_error(console):
    """They do not become other characters silently."""
    token = console.log_in("operator")
    body = f"token={token}&text=connections%3A%0A%20-%20code%3A%20%FF".encode()

    answer = await console.http.post(
        "/mapping/drafts", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    text = (await console.http.get(answer.headers["location"])).text
    assert "Line 2: Has a character that is not UTF-8 text." in text


async def test_a_back_test_says_what_would_be_booked_otherwise(console):
    """Documents, items, amounts by currency; nothing is written."""
    before = console.configuration.read_bytes()
    found, token = await made(console)

    done = await backtested(console, found, token)

    assert done["state"] == "done"
    assert done["said"].startswith(
        "2 events, 2 documents and 1 that both refuse: 1 differ (1 by account, 1 by item)"
    )
    moved = {each["value"]: each["change"] for each in done["sums"] if each["by"] == "item"}
    assert moved == {"801": "-7.00", "820": "7.00"}
    page = (await console.http.get(f"/mapping/drafts/{found['id']}")).text
    assert "Amounts that move" in page
    assert "With the draft: every line has a rule of its own." in page
    assert "/records/netsuite-eu/invoice/" in page
    assert console.configuration.read_bytes() == before
    assert console.acts == []


async def test_a_back_test_is_asked_for_by_operators_with_a_reason_and_audited(console):
    """With the size of the change."""
    found, token = await made(console)
    address = f"{API}/{found['id']}/backtest"
    assert (await console.http.post(address, json={"token": token})).status_code == 422

    assert (await console.http.post(address, json={"token": token, "reason": REASON})).status_code == 202
    assert (await console.http.post(address, json={"token": token, "reason": REASON})).status_code == 409

    [entry] = console.audited
    assert (entry.name, entry.actor, entry.reason) == ("backtest", "ada", REASON)
    assert entry.details["lines"] == "2 added, 0 removed"
    viewer = {"token": console.log_in("viewer"), "reason": REASON}
    assert (await console.http.post(address, json=viewer)).status_code == 403


@pytest.mark.parametrize("events", ["0", "-1", "10001", "x", "²", "9" * 30])
async def test_the_number_of_events_has_a_limit(console, events):
    """And is a whole number."""
    found, token = await made(console)

    answer = await console.http.post(
        f"{API}/{found['id']}/backtest", json={"token": token, "reason": REASON, "events": events}
    )

    assert answer.status_code == 422


async def test_a_back_test_can_be_stopped_and_keeps_what_it_knows(console):
    """Also before it has begun."""
    found, token = await made(console)
    await console.http.post(f"{API}/{found['id']}/backtest", json={"token": token, "reason": REASON})

    stopped = await console.http.post(f"{API}/{found['id']}/stop", json={"token": token, "reason": "slow"})
    page = (await console.http.get(f"/mapping/drafts/{found['id']}")).text
    assert "The back-test waits for another to end" in page
    await console.context.mapping.runs.one()

    assert stopped.status_code == 200
    done = (await console.http.get(f"{API}/{found['id']}")).json()["backtest"]
    assert (done["state"], done["ended_because"]) == ("stopped", "ada stopped it")
    page = (await console.http.get(f"/mapping/drafts/{found['id']}")).text
    assert "it ended: ada stopped it" in page
    kept = console.audited[-1]
    assert (kept.name, kept.actor, kept.reason) == ("backtest_stopped", "ada", "slow")


async def test_a_back_test_ends_after_its_time(console, monkeypatch):
    """With what it knows by then."""
    console.events = console.events * 50
    found, token = await made(console)
    taken = event_run.EventRun.take_all

    def slowly(run, values):
        console.clock.advance(event_run.LIMIT_S)
        taken(run, values)

    monkeypatch.setattr(event_run.EventRun, "take_all", slowly)
    done = await backtested(console, found, token)

    assert (done["state"], done["read"]) == ("stopped", 20)
    assert done["ended_because"] == "it took longer than 60 s"


async def test_an_event_that_cannot_be_taken_in_does_not_end_the_others(console, monkeypatch):
    """A defect of ours is counted, and logged with its cause."""
    found, token = await made(console)
    monkeypatch.setattr("consumer.backtest.comparison.compare", lambda *_: 1 / 0)

    with capture_logs() as logs:
        done = await backtested(console, found, token)

    assert (done["state"], done["not_taken"]) == ("done", 2)
    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["console_event_not_taken"] * 2


async def test_the_file_and_the_patch_have_the_secrets_again(console, tmp_path):
    """The patch is taken by git; both are audited with the digest of what was taken."""
    console.configuration.write_text(
        console.configuration.read_text().replace("env:NETSUITE_CLIENT_SECRET", SECRET)
    )
    token = console.log_in("operator")
    masked = (await console.http.get("/api/v1/mapping")).json()["text"]
    text = masked.replace(METRIC, METRIC + GPU).replace("token_id:", "# beside it\n    token_id:")
    found, _ = await made(console, text=text, token=token)
    assert SECRET not in str(found)
    assert SECRET not in (await console.http.get(f"/mapping/drafts/{found['id']}")).text
    form = {"token": token, "reason": "for review"}

    whole = await console.http.post(f"/mapping/drafts/{found['id']}/file", data=form)
    patch = await console.http.post(f"/mapping/drafts/{found['id']}/patch", data=form)

    assert whole.text == text.replace("masked:1", SECRET)
    work = tmp_path / "work"
    work.mkdir()
    (work / "connections.yaml").write_bytes(console.configuration.read_bytes())
    assert re.search(r"attachment; .*connections\.yaml$", whole.headers["content-disposition"])
    apply(patch.content, work)
    assert (work / "connections.yaml").read_text() == whole.text
    assert [each.details["content"] for each in console.audited] == ["yaml", "patch"]


def apply(patch, folder):
    """Take a patch as a reviewer does."""
    subprocess.run(["git", "apply", "-"], cwd=folder, input=patch, check=True)


@pytest.mark.parametrize("kind", ["file", "patch"])
async def test_a_viewer_takes_nothing_away(console, kind):
    """It may have secrets; and a reason is needed."""
    found, token = await made(console)
    address = f"/mapping/drafts/{found['id']}/{kind}"
    assert (await console.http.post(address, data={"token": token})).status_code == 422
    form = {"token": console.log_in("viewer"), "reason": "for review"}

    assert (await console.http.post(address, data=form)).status_code == 403


async def test_a_draft_of_a_file_that_has_changed_says_so(console):
    """Where secrets stand in it, they could be put in the wrong places, so it is refused."""
    found, token = await made(console)
    console.configuration.write_text(
        console.configuration.read_text().replace("env:NETSUITE_CLIENT_SECRET", SECRET)
    )

    text = (await console.http.get(f"/mapping/drafts/{found['id']}")).text
    again = await console.http.post(API, json={"token": token, "text": found["text"], "base": found["base"]})

    assert "connections.yaml has changed since" in text
    assert again.status_code == 409


@pytest.mark.parametrize("path", ["", "/backtest", "/stop", "/file", "/patch"])
async def test_a_draft_that_is_not_there_any_more_is_404(console, path):
    """They are in memory only."""
    token = console.log_in("operator")

    for prefix in ("", "/api/v1"):
        address = f"{prefix}/mapping/drafts/none{path}"
        answer = await (
            console.http.post(address, data={"token": token}) if path else console.http.get(address)
        )
        assert answer.status_code == 404


async def test_only_the_latest_drafts_are_kept(console, monkeypatch):
    """Memory is bounded."""
    monkeypatch.setattr(draft, "LARGEST_COUNT", 2)
    first, _ = await made(console)
    for _ in range(2):
        await made(console)

    assert (await console.http.get(f"{API}/{first['id']}")).status_code == 404


async def test_line_ends_and_the_end_of_the_file_are_kept(console):
    """Forms send others than the file has."""
    content = connection_files.yaml_text().replace("\n", "\r\n").removesuffix("\r\n")
    console.configuration.write_bytes(content.encode())
    found, token = await made(console, text=content.replace("\r\n", "\n"))

    assert (found["added"], found["removed"]) == (0, 0)
    form = {"token": token, "reason": "for review"}
    assert (await console.http.post(f"/mapping/drafts/{found['id']}/patch", data=form)).status_code == 409
    whole = await console.http.post(f"/mapping/drafts/{found['id']}/file", data=form)
    assert whole.content == content.encode()


async def test_a_draft_of_a_lost_session_is_filled_in_again(console):
    """What somebody has written for an hour is not lost."""
    old = fixed(console)["token"]
    form = fixed(console) | {"token": old}

    answer = await console.http.post("/mapping/drafts", data=form, headers={"sec-fetch-site": "same-origin"})

    assert answer.status_code == 403
    again = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', answer.text))
    assert html.unescape(again["text"]) == form["text"]
