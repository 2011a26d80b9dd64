"""``lago-netsuite sandbox lago`` as a process: its options, and what it says when one cannot be used."""

import re

import httpx
import pytest

from consumer.sandbox.lago.http import API_KEY
from tests.contract.test_sandbox_command import refused, started


def origin_in(line):
    return re.search(r"lago\.api_url: (\S+)", line)[1]


def listed(origin, key, path):
    headers = {"authorization": f"Bearer {key}"}
    return httpx.get(f"{origin}/api/v1/{path}", headers=headers, trust_env=False)


def test_seed_and_key_decide_what_is_served_and_the_key_is_not_printed():
    """The known key is unknown then."""
    with started("lago", "--port", "0", "--seed", "7", "--api-key", "my-own-key") as (_, line):
        origin = origin_in(line)
        invoices = listed(origin, "my-own-key", "invoices").json()["invoices"]
        unknown = listed(origin, API_KEY, "invoices")

    assert len(invoices) == 18
    assert unknown.status_code == 401
    assert "my-own-key" not in line


def test_without_options_it_is_empty_and_says_its_keys():
    """As it was before there were options."""
    with started("lago", "--port", "0") as (_, line):
        invoices = listed(origin_in(line), API_KEY, "invoices").json()["invoices"]

    assert invoices == []
    assert f"lago.api_key: {API_KEY}" in line


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--seed", "-1"], "Invalid value for '--seed'"),
        (["--webhooks", "localhost"], "--webhooks localhost: it is no http:// or https:// address"),
        (["--jwt-key", "/nowhere.pem"], "--jwt-key /nowhere.pem: No such file or directory"),
    ],
)
def test_an_option_that_cannot_be_used_ends_the_command_with_a_sentence(arguments, sentence):
    """Exit code 2: it is the configuration that is wrong."""
    result = refused("lago", "--port", "0", *arguments)

    assert result.returncode == 2
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
