"""Every command of every page is run by a test; this says by which, and runs those that need no broker."""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass
from functools import cache

import pytest

from consumer.cli import app
from tests.deploy.chart import CHART, VALUES, helm, options, rendered
from tests.support import documented_commands, log_events
from tests.support.command_line import unknown_words
from tests.support.documented_commands import NOT_COMMANDS, SHELLS, Command
from tests.support.readme import ROOT

LIMIT_S = 30
RUNBOOKS = "deploy/runbooks/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """
    Which test runs the commands of some pages.

    Attributes:
        pages: the beginning of their paths.
        programs: those that are run so; empty for all.
        by: the file of the test, which names the commands or reads them from the page.
    """

    pages: str
    programs: frozenset[str] = frozenset()
    by: str

    def holds_for(self, command: Command) -> bool:
        return command.page.startswith(self.pages) and (not self.programs or command.program in self.programs)


CLUSTER = "tests/deploy/cluster/test_documented_commands.py"
REHEARSAL = "tests/integration/test_documented_commands.py"
KAFKA_TOOLS = {"kafka-consumer-groups.sh", "kafka-configs.sh", "kafka-console-consumer.sh"}
PROOFS = (
    # Those that take minutes are lines of .ci/run; the first walk is taken from the wheel, that of the month
    # end in the demo. That each is in one of the three, test_readme.py says.
    Proof(pages="README.md", by="tests/integration/test_readme.py"),
    # What ends at Oracle (npm run sdk, account, preview, deploy) can not: that is compared with the package.
    Proof(pages="deploy/netsuite/README.md", by="tests/contract/test_sdf_readme.py"),
    Proof(pages="deploy/shadow.md", by="tests/integration/test_shadow.py"),
    Proof(pages="deploy/month-end.md", programs=frozenset({"lago-netsuite"}), by=REHEARSAL),
    Proof(pages=RUNBOOKS, programs=frozenset({"lago-netsuite"}), by=REHEARSAL),
    # On Apache Kafka with its own tools; not in CI, by `make chaos`.
    Proof(pages=RUNBOOKS, programs=frozenset(KAFKA_TOOLS), by="tests/chaos/test_kafka_tools.py"),
    # As they stand, by kubectl and Helm 4 on a real API server; not in CI, by `make cluster-check`. What CI
    # does is below: names and options are those of the chart. The rehearsal runs what follows `exec`.
    Proof(pages=RUNBOOKS, programs=frozenset({"kubectl"}), by=CLUSTER),
    Proof(pages="deploy/README.md", programs=frozenset({"kubectl", "helm"}), by=CLUSTER),
)


@pytest.mark.parametrize("command", documented_commands.commands(), ids=str)
def test_a_command_is_run_by_one_test(command):
    """A new command gets its line in `PROOFS`, or stands on a page that is run as a whole."""
    [proof] = [each for each in PROOFS if each.holds_for(command)]

    assert (ROOT / proof.by).is_file()


def test_a_block_is_of_a_kind_that_is_read():
    """A block without a kind holds drawings and what is printed; commands in it have a prompt."""
    assert {each.language for each in documented_commands.blocks()} <= SHELLS | NOT_COMMANDS
    assert [
        each.page for each in documented_commands.blocks() if each.language in SHELLS and not each.commands
    ] == []


def test_a_sentence_calls_targets_of_make_that_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {(each.page, each.line.split()[1]) for each in documented_commands.sentences("make")}

    assert {(page, target) for page, target in called if target not in targets} == set()
    assert len(called) > 10


def test_a_sentence_calls_modules_that_exist():
    called = {
        (each.page, re.findall(r"-m ([\w.]+)", each.line)[0])
        for each in documented_commands.sentences("python")
        if " -m " in each.line
    }
    places = {(page, name, ROOT / name.replace(".", "/")) for page, name in called}

    missing = {(page, name) for page, name, place in places if not place.with_suffix(".py").is_file()}
    assert {
        (page, name)
        for page, name in missing
        if not (ROOT / name.replace(".", "/") / "__main__.py").is_file()
    } == set()


def test_a_sentence_calls_commands_and_options_that_exist():
    """Of this program, on every page but the change log, which also has those of the past."""
    called = documented_commands.sentences("lago-netsuite")

    assert [each for each in called if unknown_words(app, shlex.split(each.line)[1:])] == []


@cache
def _chart() -> dict[str, set[str]]:
    """What the chart makes, as kubectl names it, and the parts; with everything on."""
    made = rendered(
        "full", "nameOverride=", "keda.enabled=false", "networkPolicy.enabled=false", release="lago-netsuite"
    )
    names: dict[str, set[str]] = {"parts": set()}
    for each in made:
        names.setdefault(each["kind"].lower(), set()).add(each["metadata"]["name"])
        names["parts"] |= {each["metadata"].get("labels", {}).get("app.kubernetes.io/component", "")}
    return names


# By verb: its options, and what may follow.
VERBS = {
    "logs": {"-l", "--tail", "--since", "--previous"},
    "get": {"-l"},
    "top pods": {"-l"},
    "rollout restart": set(),
    "rollout undo": set(),
    "exec": set(),
    "create secret generic": {"--from-literal", "--from-file"},
}
KINDS = {"pod", "cronjob", "job", "statefulset", "deployment"}


@pytest.mark.parametrize(
    "command", [each for each in documented_commands.commands() if each.program == "kubectl"], ids=str
)
def test_kubectl_is_called_with_names_of_the_chart(command):
    """Its options, the parts that it selects, and the names of a release `lago-netsuite`."""
    words = shlex.split(command.line.replace("\\\n", " ").partition(" | ")[0].partition(" -- ")[0])[1:]
    words = words[2:] if words[0] == "-n" else words
    [verb] = [each for each in VERBS if words[: len(each.split())] == each.split()]
    rest = words[len(verb.split()) :]
    given = {word.partition("=")[0] for word in rest if word.startswith("-")}
    label = next((rest[place + 1] for place, word in enumerate(rest) if word == "-l"), "")
    named = [word for word in rest if not word.startswith("-") and word not in {label, "lago-netsuite"}]

    assert given <= VERBS[verb]
    if label.startswith("app.kubernetes.io/component="):
        assert label.partition("=")[2] in _chart()["parts"]
    elif label:
        assert label == "app.kubernetes.io/name=lago-netsuite"
    for name in named:
        kind, slash, alone = name.partition("/")
        workers = {f"{each}-0" for each in _chart()["statefulset"]}
        assert (
            alone in _chart()[kind]
            if slash
            else {each.removesuffix("s") for each in name.split(",")} <= KINDS or name in workers
        )


@pytest.mark.parametrize(
    "command",
    [each for each in documented_commands.commands() if each.line.startswith("kubectl logs")],
    ids=str,
)
def test_logs_are_read_and_each_event_that_is_looked_for_is_one_of_the_program(command, tmp_path):
    """The pipe of the page, in a shell, over a line of each event that the program can log."""
    log = tmp_path / "log"
    log.write_text(log_events.lines())
    script = f'kubectl() {{ cat "{log}"; }}\n{command.line}'

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert {one for one in log_events.looked_for(command) if one not in ran.stdout} == set()
    assert ran.stdout


def test_what_the_guide_installs_is_what_the_chart_takes(tmp_path):
    """The Secret with the keys of the guide, and the chart with its options, by Helm itself."""
    [secret, install, check] = [
        each.line.replace("\\\n", " ") for each in documented_commands.of_pages("deploy/README.md")
    ]
    keys = set(re.findall(r"--from-(?:literal|file)=([\w.]+)", secret))
    words = shlex.split(install)
    assert words[1:3] == ["upgrade", "--install"]
    connections, more = tmp_path / "connections.yaml", VALUES / "minimal.yaml"
    connections.write_text((ROOT / "deploy" / "connections.example.yaml").read_text())
    given = [
        word.replace("=connections.yaml", f"={connections}").replace("values.yaml", str(more))
        for word in words[3:]
    ]

    ran = helm("template", *(str(CHART) if word.startswith("deploy/helm") else word for word in given))

    assert ran.returncode == 0, ran.stderr
    assert 'secretRef: {name: "lago-netsuite"}' in ran.stdout
    assert "namespace: billing" in ran.stdout or "billing" in words
    assert keys == {
        "NETSUITE_CLIENT_ID", "NETSUITE_CERTIFICATE_ID", "LAGO_NETSUITE_KAFKA_SASL_PASSWORD", "netsuite.pem",
    }  # fmt: skip
    assert unknown_words(app, shlex.split(check.partition(" -- lago-netsuite ")[2])) == []
    assert options("default") == []
