"""deploy/compose.yaml is a valid Compose file, and its commands, settings and files exist."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from typer.testing import CliRunner

from consumer.cli import app
from consumer.config.settings import PREFIX, Settings
from tests.deploy.binaries import found
from tests.deploy.compose import (
    COMPOSE,
    FILE,
    IMAGES,
    OTHERS,
    OURS,
    ROOT,
    SERVICES,
    mounts,
    ports,
    published,
    target,
)

SECURED = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "tmpfs": ["/tmp"],
}

# What docker-compose.yml and docker-compose.dev.yml of Lago publish.
OF_LAGO = {80, 443, 3000, 5432, 6379, 8123, 9000}

by_ours = pytest.mark.parametrize("name", OURS)
by_service = pytest.mark.parametrize("name", SERVICES)


def test_the_compose_specification_accepts_it():
    """The loader of `docker compose` itself resolves it: schema, anchors, dependencies and volumes."""
    ran = subprocess.run(
        [found("compose-config"), "--format", "json", str(FILE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["services"].keys() == SERVICES.keys()


def test_what_the_specification_does_not_know_is_refused(tmp_path):
    """So the test above can fail."""
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(FILE.read_text().replace("    stop_grace_period:", "    stop_grace_time:"))

    ran = subprocess.run(
        [found("compose-config"), str(wrong)], capture_output=True, text=True, check=False, timeout=30
    )

    assert ran.returncode != 0
    assert "stop_grace_time" in ran.stderr + ran.stdout


@by_ours
def test_a_command_is_one_of_ours(name):
    """With all of its options: the command line parses it up to `--help`."""
    shown = CliRunner().invoke(app, [*map(str, SERVICES[name]["command"]), "--help"], env={"COLUMNS": "200"})

    words = [word for word in SERVICES[name]["command"] if re.fullmatch("[a-z]+", word)]
    assert shown.exit_code == 0
    assert re.search(rf"Usage: \S+ {' '.join(words)} ", shown.output)


@by_ours
def test_every_variable_is_a_setting(name):
    """A misspelt one is refused at the start, but that needs Docker."""
    given = {key.removeprefix(PREFIX).lower() for key in SERVICES[name]["environment"]}

    assert given <= set(Settings.model_fields)


@by_ours
def test_what_is_ours_may_do_as_little_as_in_production(name):
    """Read-only root, no capabilities, no way to gain some."""
    assert SECURED.items() <= SERVICES[name].items()


@by_service
def test_every_mounted_file_exists(name):
    """Docker would make an empty directory in its place."""
    for source, _ in mounts(name):
        assert source in COMPOSE["volumes"] or (FILE.parent / source).exists()


@by_service
def test_a_port_is_published_to_this_machine_only(name):
    """A sandbox has no login, so its port must not be reachable from other machines."""
    assert all(address == "127.0.0.1" for address, _ in published(name))


@by_service
def test_every_port_of_the_host_is_a_variable(name):
    """Another program may have the usual one."""
    assert len(ports(name)) == len(SERVICES[name].get("ports", []))


def test_no_port_is_published_twice_or_is_one_of_lagos_own():
    """A Lago of one's own on the same machine goes on: its pages, its API, its databases."""
    usual = [each.usual for name in SERVICES for each in ports(name)]
    variables = [each.variable for name in SERVICES for each in ports(name)]

    assert len(set(usual)) == len(usual) == len(set(variables))
    assert not set(usual) & OF_LAGO


@by_service
def test_a_service_that_stays_has_a_health_check(name):
    """All others say that they have none, so that the image's own is not asked."""
    service = SERVICES[name]
    stays = service.get("restart") == "unless-stopped"

    assert bool(service["healthcheck"].get("disable")) is not stays


@by_service
def test_a_service_waits_for_what_it_needs(name):
    """For health where there is a check, for the end where something ends."""
    for other, how in SERVICES[name].get("depends_on", {}).items():
        ends = SERVICES[other].get("restart") == "no"
        assert how == {"condition": "service_completed_successfully" if ends else "service_healthy"}


def test_each_image_is_built_by_one_service_before_any_other_runs_it():
    """From the repository's Dockerfile, by the target whose name it carries."""
    builders = {name: SERVICES[name]["build"] for name in SERVICES if "build" in SERVICES[name]}

    assert {name: build["target"] for name, build in builders.items()} == {
        "prepare": "sandbox",
        "topics": "worker",
    }
    assert all((FILE.parent / build["context"]).resolve() == ROOT for build in builders.values())
    assert all(build["target"] == target(name) for name, build in builders.items())
    assert {SERVICES[name]["image"] for name in OURS} == {
        image + "${LAGO_NETSUITE_VERSION:-latest}" for image in IMAGES
    }


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_ours_has_a_version(name):
    """The same tomorrow as today."""
    assert re.search(r":v?\d+\.\d+\.\d+$", SERVICES[name]["image"])


def test_a_stopping_worker_has_time_to_drain():
    """Docker kills after ten seconds otherwise."""
    grace_s = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))

    assert grace_s >= Settings.model_fields["drain_budget_s"].default + 20
    assert SERVICES["worker"]["deploy"] == {"replicas": 2}


def test_prometheus_and_grafana_find_what_they_show():
    """Every scraped name is a service, and the dashboard is in the directory that Grafana reads."""
    scraped = set(re.findall(r"names: \[(\w+)\]", (ROOT / "deploy/prometheus/prometheus.yaml").read_text()))
    provider = (ROOT / "deploy/grafana/provisioning/dashboards/lago-netsuite.yaml").read_text()
    datasource = (ROOT / "deploy/grafana/provisioning/datasources/prometheus.yaml").read_text()
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    inside = {there: here for here, there in mounts("grafana")}

    folder, _, file = home.rpartition("/")
    assert scraped == {"worker", "relay", "ingest", "console"}
    assert f"path: {folder}\n" in provider
    assert (FILE.parent / inside[folder] / file).is_file()
    assert "url: http://prometheus:9090\n" in datasource
