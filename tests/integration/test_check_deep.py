"""`check --deep` on a real broker and a sandbox: its findings before the first start of a worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.integration import running_programs

pytestmark = pytest.mark.kafka

CHECK_LIMIT_S = 60


@pytest.fixture(scope="module")
def netsuite(tmp_path_factory):
    with running_programs.sandbox(tmp_path_factory.mktemp("sandbox")) as ready:
        yield ready


@pytest.fixture
def environment(tmp_path, bootstrap_servers, topic_prefix, netsuite):
    return running_programs.environment_of(tmp_path, netsuite, bootstrap_servers, topic_prefix)


def _run(environment, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "consumer", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=CHECK_LIMIT_S,
        check=False,
    )


def _failures(ran):
    return [one["id"] for one in json.loads(ran.stdout)["findings"] if one["status"] == "fail"]


def test_topics_that_are_missing_are_named_and_made_then_everything_is_in_place(environment, topic_prefix):
    """Exit code 1, then 0 after `topics create`; nothing is written to NetSuite."""
    before = _run(environment, "check", "--deep", "--json")
    _run(environment, "topics", "create").check_returncode()
    after = _run(environment, "check", "--deep", "--json")

    assert (before.returncode, _failures(before)) == (1, ["kafka"]), before.stderr
    kafka = next(one for one in json.loads(before.stdout)["findings"] if one["id"] == "kafka")
    assert f"{topic_prefix}lago.invoices" in kafka["says"]
    assert "topics create" in kafka["fix"]
    assert (after.returncode, _failures(after)) == (0, []), after.stderr


def test_a_setting_flipped_in_the_sandbox_is_named(environment, netsuite):
    """As its README has it."""
    _run(environment, "topics", "create").check_returncode()
    address = f"{netsuite.origin}/sandbox/settings"
    netsuite.http.post(address, json={"setting": "items.801.inactive", "value": True}).raise_for_status()

    ran = _run(environment, "check", "--deep", "--json")
    netsuite.http.delete(address).raise_for_status()

    assert (ran.returncode, _failures(ran)) == (1, ["item.801"]), ran.stderr
