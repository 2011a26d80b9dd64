"""No response makes memory grow: the real clients against a real host, in two processes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LIMIT_S = 120
MOST_MIB = 300


@pytest.fixture(scope="module")
def host():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.hostile_host"], stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def calls(host: str, *kinds: str):
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.hostile_calls", host, *kinds],
        stdout=subprocess.PIPE,
        timeout=LIMIT_S,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_endless_large_and_folded_answers_leave_the_memory_as_it_was(host):
    """Fifteen calls at once of each kind, and a sentence that says whose answer is beyond which size."""
    found = calls(host, "endless", "large", "bomb")

    assert found["most_mib"] < MOST_MIB
    for kind in ("endless", "large", "bomb"):
        told = found["told"][kind]
        for write in told["write"]:
            # The script may have run; only a repeat of the same call shows it.
            assert write.startswith("Ambiguous(reason='HTTP_200: the answer of NetSuite is larger than 2 MiB")
        assert told["ping"][0].startswith("Unavailable(reason='HTTP_200: the answer of NetSuite is larger")
        for customer in told["customer"]:
            assert "the answer of Lago is larger than 4 MiB" in customer
        assert "the answer of Lago is larger than 64 KiB" in told["key"][0]


def test_a_refusal_is_known_by_its_status_however_long_its_body(host):
    """Nothing was carried out, so nothing is ambiguous."""
    found = calls(host, "503-endless", "401-bomb")

    assert all(each.startswith("Unavailable") for each in found["told"]["503-endless"]["write"])
    assert all(each.startswith("AccountDown") for each in found["told"]["401-bomb"]["write"])


def test_headers_without_end_are_not_read_to_it(host):
    found = calls(host, "headers")

    assert found["most_mib"] < MOST_MIB
    assert all("RemoteProtocolError" in each for each in found["told"]["headers"]["write"])


def test_a_body_that_trickles_meets_the_deadline_of_the_whole_body(host):
    """Each byte in time is no answer in time."""
    found = calls(host, "trickle")

    for write in found["told"]["trickle"]["write"]:
        assert "the answer of NetSuite was not complete 2 s after it began" in write
        assert write.startswith("Ambiguous")
