"""
``python -m consumer.ops.probe [URL]``: exit code 0 when the URL responds with a success status.

For container probes and for people in a container, since the image has no other HTTP client. The default is
the container's own ``/healthz``; what a given URL responds with is printed. It imports little, since it runs
every few seconds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

LIMIT_S = 4.0
SHOWN_LIMIT_BYTES = 64 * 1024
DEFAULT_PORT = "8080"
WELL, NOT_WELL = 0, 1


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """
    Send one request; returns the exit code, and prints the reason of a failure.

    The body of a response is printed when the URL is given: `/readyz` says there what is wrong.
    """
    port = environ.get("LAGO_NETSUITE_OPS_PORT") or DEFAULT_PORT
    url = arguments[0] if arguments else f"http://127.0.0.1:{port}/healthz"
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=LIMIT_S) as response:
            _show(response, arguments)
            return WELL
    except HTTPError as error:
        with error, suppress(OSError):
            _show(error, arguments)
        sys.stderr.write(f"{url}: {error}\n")
        return NOT_WELL
    except (URLError, TimeoutError, ConnectionError, ValueError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return NOT_WELL


def _show(body: IO[bytes], arguments: Sequence[str]) -> None:
    if arguments:
        shown = body.read(SHOWN_LIMIT_BYTES).decode(errors="replace").rstrip()
        sys.stdout.write(f"{shown}\n" if shown else "")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], os.environ))
