"""
``python -m consumer.ops.probe [URL]``: exit code 0 when the URL responds with a success status.

For container probes, since the image has no other HTTP client. The default is the container's own
``/healthz``. It imports little, since it runs every few seconds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

LIMIT_S = 4.0
DEFAULT_PORT = "8080"
WELL, NOT_WELL = 0, 1


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Send one request; returns the exit code, and prints the reason of a failure."""
    port = environ.get("LAGO_NETSUITE_OPS_PORT") or DEFAULT_PORT
    url = arguments[0] if arguments else f"http://127.0.0.1:{port}/healthz"
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=LIMIT_S):
            return WELL
    except (URLError, TimeoutError, ConnectionError, ValueError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return NOT_WELL


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], os.environ))
