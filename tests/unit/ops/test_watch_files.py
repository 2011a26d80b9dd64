"""The metrics, commands and files in dashboard, alerts, runbooks and README exist."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import typer
from ruamel.yaml import YAML

from consumer.cli import app
from consumer.config.settings import PREFIX, Settings, env_name
from consumer.ops.metrics import Metrics

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS = ROOT / "deploy" / "prometheus"
RUNBOOKS = sorted((ROOT / "deploy" / "runbooks").glob("*.md"))
GUIDES = [*RUNBOOKS, ROOT / "deploy" / "month-end.md"]
PAGES = [*GUIDES, ROOT / "README.md", ROOT / "deploy" / "README.md", ROOT / "deploy" / "connections.md"]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "dashboards" / "lago-netsuite.json").read_text())
SECTIONS = ["Meaning", "Impact", "Look", "Do", "Undo"]
PARTS_OF_HISTOGRAMS = ("_bucket", "_sum", "_count")
# What Prometheus adds to every series by itself.
OF_PROMETHEUS = {"job", "instance", "namespace", "pod"}
PROMTOOL = shutil.which("promtool")


def metric_labels() -> dict[str, set[str]]:
    """The labels of every series that a process shows, by its name."""
    found: dict[str, set[str]] = {}
    registry = Metrics(version="1").registry
    for collector in set(registry._names_to_collectors.values()):
        for name in registry._collector_to_names[collector]:
            labels = set(getattr(collector, "_labelnames", ()))
            found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    return found


SERIES = metric_labels()


def rules() -> dict[str, dict]:
    loaded = YAML(typ="safe").load(PROMETHEUS / "alerts.yaml")
    return {rule["alert"]: rule for group in loaded["groups"] for rule in group["rules"]}


def panels() -> list[dict]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> dict[str, str]:
    """Every PromQL expression by where it stands."""
    found = {f"alert {name}": rule["expr"] for name, rule in rules().items()}
    for panel in panels():
        found |= {f"panel {panel['title']} {each['refId']}": each["expr"] for each in panel["targets"]}
    for path in RUNBOOKS:
        blocks = re.findall(r"```promql\n(.*?)```", path.read_text(), re.DOTALL)
        for number, line in enumerate(line for block in blocks for line in block.splitlines()):
            found[f"runbook {path.stem} {number}"] = line
    return found


EXPRESSIONS = expressions()
by_expression = pytest.mark.parametrize("where", EXPRESSIONS, ids=str)


def texts() -> dict[str, str]:
    return {path.name: path.read_text() for path in [*RUNBOOKS, ROOT / "README.md"]}


@by_expression
def test_an_expression_asks_for_metrics_that_exist(where):
    """A typing error would be a curve that is empty for ever, or an alert that never fires."""
    named = set(re.findall(r"lago_netsuite_\w+", EXPRESSIONS[where]))

    assert named - SERIES.keys() == set()


@by_expression
def test_an_expression_asks_for_labels_that_these_metrics_have(where):
    """In selectors, and in what sums are kept apart by."""
    expression = EXPRESSIONS[where]
    selectors = re.findall(r"(lago_netsuite_\w+)\{([^}]*)\}", expression)
    asked = {(name, label) for name, inner in selectors for label in re.findall(r"(\w+)\s*(?:=|!)", inner)}
    kept = {
        label.strip() for inner in re.findall(r"by \(([^)]*)\)", expression) for label in inner.split(",")
    }
    known = set().union(*(SERIES[name] for name in re.findall(r"lago_netsuite_\w+", expression)), set())

    wrong = {(name, label) for name, label in asked if label not in SERIES[name] | OF_PROMETHEUS}
    assert wrong == set()
    assert kept - known - OF_PROMETHEUS == set()


@pytest.mark.parametrize("name", texts())
def test_a_text_names_only_metrics_that_exist(name):
    """Also outside of expressions; a histogram may be named without its parts."""
    families = {part.removesuffix(end) for part in SERIES for end in PARTS_OF_HISTOGRAMS}
    named = set(re.findall(r"\blago_netsuite_[a-z]\w+", texts()[name])) - {"lago_netsuite_rl"}

    assert named - SERIES.keys() - families == set()


def test_every_metric_of_ours_is_on_the_dashboard():
    """A metric that is not shown is not needed; the build is in Grafana's variables."""
    shown = {name for each in EXPRESSIONS.values() for name in re.findall(r"lago_netsuite_\w+", each)}
    ours = {name for name in SERIES if name.startswith("lago_netsuite_") and not name.endswith("_created")}
    families = {name.removesuffix("_bucket") for name in ours if name.endswith("_bucket")}
    counted = {name for name in ours if not name.endswith(PARTS_OF_HISTOGRAMS)} - families
    totals = {name for name in counted if f"{name}_total" not in ours}

    missing = {name for name in totals if name not in shown}
    missing |= {name for name in families if not any(name + end in shown for end in PARTS_OF_HISTOGRAMS)}

    assert missing == {"lago_netsuite_build_info", "lago_netsuite_inflight"}


def test_the_rows_of_the_dashboard_are_the_stops_of_an_event():
    """Between what runs at all and whether the books agree in the end."""
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]

    stops = ["Flow", "Waiting", "Delivery", "Account limits", "Offsets", "Kafka", "Webhooks", "Money"]
    assert rows == ["Processes", *stops, "Reconciliation"]


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_has_one_axis_for_one_unit(panel):
    """Seconds beside counts would be read as counts; sums of several currencies as one sum."""
    expressions = [each["expr"] for each in panel["targets"]]

    assert {_unit(each) for each in expressions} == {panel["fieldConfig"]["defaults"]["unit"]}
    if any("lago_netsuite_amounts_total" in each for each in expressions):
        assert panel["repeat"] == "currency"


def _unit(expression: str) -> str:
    """Grafana's name for the unit of what PromQL gives."""
    if "_bytes" in expression:
        return "bytes"
    if "_ratio" in expression or "_cpu_seconds" in expression:
        return "percentunit"
    if re.search(r"_seconds(_bucket)?\{", expression) and "_count{" not in expression:
        return "s"
    return "cps" if "rate(" in expression else "short"


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_asks_only_for_what_was_chosen(panel):
    """Every selector has the namespace."""
    for each in panel["targets"]:
        selectors = re.findall(r"[a-z]\w+\{([^}]*)\}", each["expr"])
        assert selectors
        assert all('namespace=~"$namespace"' in inner for inner in selectors)


def test_every_panel_says_what_it_shows_and_uses_variables_that_exist():
    """A description each, ids that differ, and no name of one installation."""
    variables = {f"${each['name']}" for each in DASHBOARD["templating"]["list"]} | {"$__rate_interval"}
    used = {name for each in panels() for t in each["targets"] for name in re.findall(r"\$\w+", t["expr"])}

    assert used - variables == set()
    assert all(panel["description"].endswith(".") for panel in panels())
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_alert_has_a_runbook_and_every_runbook_an_alert():
    """The runbook has the name of its alert."""
    assert {path.stem for path in RUNBOOKS} == set(rules())
    for name, rule in rules().items():
        assert rule["annotations"]["runbook_url"] == f"deploy/runbooks/{name}.md"
        assert {"summary", "description"} <= set(rule["annotations"])
        assert rule["labels"]["severity"] in {"warning", "critical"}


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_says_five_things(path):
    """Meaning, impact, checks, actions, and how to undo them."""
    text = path.read_text()
    parts = re.split(r"^## (\w+)\n", text, flags=re.MULTILINE)

    assert text.startswith(f"# {path.stem}\n")
    assert parts[1::2] == SECTIONS
    assert all(part.strip() for part in parts[2::2])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(path):
    links = re.findall(r"\]\(([^)#\s]+)\)", path.read_text())

    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def _invocations(text: str) -> list[str]:
    shells = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
    joined = (block.replace("\\\n", " ") for block in shells)
    lines = [line.removeprefix("$ ") for block in joined for line in block.splitlines()]
    return [*lines, *re.findall(r"`(lago-netsuite [^`]+)`", text)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_runbook_calls_commands_and_options_that_exist(path):
    """So that an operator can copy them; those of the README's sessions are run by other tests, too."""
    for line in _invocations(path.read_text()):
        words = shlex.split(line.partition("|")[0]) if line.startswith("lago-netsuite ") else []
        if words[:1] == ["lago-netsuite"]:
            _assert_command(words[1:])


def _assert_command(words: list[str]) -> None:
    command = typer.main.get_command(app)
    while isinstance(command, click.Group | typer.core.TyperGroup) and words and not words[0].startswith("-"):
        found = command.commands.get(words[0])
        if found is None:
            break
        command, words = found, words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    assert command.name != "lago-netsuite", f"no such command: {words}"
    assert {word for word in words if word.startswith("--")} - known == set()


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_reads_logs_from_before_the_last_ten_lines(path):
    """With a selector, kubectl shows no more than those of each pod, unless it is asked to."""
    read = [line for line in path.read_text().splitlines() if line.startswith("kubectl logs -l")]

    assert [line for line in read if "--tail=-1" not in line] == []


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_names_settings_that_exist(path):
    known = {env_name(name) for name in Settings.model_fields}

    assert set(re.findall(PREFIX + r"[A-Z_]+", path.read_text())) <= known


def test_every_alert_is_tested_to_fire_and_to_stay_quiet():
    """Once each at least, by name."""
    files = [YAML(typ="safe").load(file) for file in PROMETHEUS.glob("*_test.yaml")]
    expected: dict[bool, set[str]] = {True: set(), False: set()}
    for test in (test for file in files for test in file["tests"]):
        for each in test["alert_rule_test"]:
            expected[bool(each["exp_alerts"])].add(each["alertname"])

    assert expected == {True: set(rules()), False: set(rules())}


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian package prometheus)")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "alerts.yaml"),
        ("check", "config", "prometheus.yaml"),
        ("test", "rules", "alerts_test.yaml"),
        ("test", "rules", "alerts_of_days_test.yaml"),
    ],
    ids=" ".join,
)
def test_prometheus_agrees(arguments):
    """Its own tool checks the syntax and runs the tests of the alerts."""
    ran = subprocess.run(
        [str(PROMTOOL), *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
