"""A web page that is open in a browser on this machine does not reach the sandbox's own addresses."""

from __future__ import annotations

import pytest

from tests.contract.sandbox_server import running

ADDRESSES = [
    ("GET", "/sandbox/credentials"),
    ("GET", "/sandbox/records?type=customer"),
    ("GET", "/sandbox/settings"),
    ("POST", "/sandbox/settings"),
    ("DELETE", "/sandbox/settings"),
    ("POST", "/sandbox/edits"),
    ("POST", "/sandbox/faults"),
    ("DELETE", "/sandbox/faults"),
    ("DELETE", "/sandbox/tokens"),
    ("OPTIONS", "/sandbox/faults"),
    ("GET", "/sandbox/audit"),
]


@pytest.fixture(scope="module")
def sandbox():
    with running() as found:
        yield found


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "rebound.evil.example"},
        {"Host": "evil.example:8460", "Origin": "http://evil.example:8460", "Sec-Fetch-Site": "same-origin"},
        {"Host": "[::1"},
    ],
)
def test_a_page_of_another_origin_is_refused(sandbox, method, address, headers):
    answer = sandbox.http.request(method, address, headers=headers, content=b'{"kind": "500"}')

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert sandbox.http.get("/sandbox/faults").json() == []


@pytest.mark.parametrize("host", ["127.0.0.1:8460", "localhost", "[::1]:8460", "sandbox:8460", "10.1.2.3"])
def test_programs_are_answered_under_every_name_of_this_machine_and_its_containers(sandbox, host):
    assert sandbox.http.get("/sandbox/settings", headers={"Host": host}).status_code == 200


def test_a_page_of_the_sandbox_itself_is_answered(sandbox):
    origin = str(sandbox.http.base_url).rstrip("/")
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}

    assert sandbox.http.get("/sandbox/settings", headers=headers).status_code == 200
    assert sandbox.http.get("/sandbox/settings", headers={"Sec-Fetch-Site": "none"}).status_code == 200


def test_no_answer_lets_other_origins_read_it(sandbox):
    answer = sandbox.http.get("/healthz", headers={"Origin": "https://evil.example"})

    assert not [name for name in answer.headers if name.startswith("access-control-")]
