"""The most memory that this process has held."""

from __future__ import annotations

import re
from pathlib import Path


def peak_mib() -> float:
    """From its own start on: `ru_maxrss` includes the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[1]) / 1_024
