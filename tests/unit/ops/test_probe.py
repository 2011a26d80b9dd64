"""The health check of a container, by exit code."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from consumer.ops import probe
from tests.support.http_server import served


class Answering(BaseHTTPRequestHandler):
    """200 to ``/healthz``, 503 to all else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()
        self.wfile.write(b"as it is")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(Answering) as server:
        yield server.server_port


def test_without_an_address_it_asks_this_containers_own_port(port):
    """The one that the process listens on for machines."""
    assert probe.run([], {"LAGO_NETSUITE_OPS_PORT": str(port)}) == probe.WELL


def test_an_address_is_asked_as_it_stands_and_its_answer_is_printed(port, capsys):
    """For a person in a container that has no curl."""
    assert probe.run([f"http://127.0.0.1:{port}/healthz"], {}) == probe.WELL
    assert capsys.readouterr().out == "as it is\n"


def test_an_answer_that_says_no_is_one(port, capsys):
    """503 while draining: the exit code says no, standard error why, and what is wrong is printed."""
    assert probe.run([f"http://127.0.0.1:{port}/readyz"], {}) == probe.NOT_WELL
    printed = capsys.readouterr()
    assert "/readyz: HTTP Error 503" in printed.err
    assert printed.out == "as it is\n"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/healthz", "healthz"])
def test_no_answer_is_no(url, capsys):
    """No process listens, or none can respond."""
    assert probe.run([url], {}) == probe.NOT_WELL
    assert capsys.readouterr().err.startswith(url)
