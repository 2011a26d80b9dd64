"""Who may import whom is written in `.importlinter`, and holds."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_contracts_of_importlinter_are_kept():
    """Layers, pure core, one home for each library, no cycles; the output names what is broken."""
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run(
        [linter, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"NO_COLOR": "1"},
    )

    assert done.returncode == 0, done.stdout + done.stderr


PURE = (
    "consumer.pipeline.routing",
    "consumer.events.outgoing",
    "consumer.engine.engine",
    "consumer.limits.permits",
    "schemas.wire",
)
SCRIPT = f"""
import importlib, sys, threading
for name in {PURE}:
    importlib.import_module(name)
print(threading.active_count(), *sorted({{"asyncio", "aiokafka", "httpx", "structlog"}} & sys.modules.keys()))
"""


def test_importing_what_decides_starts_nothing_and_brings_no_io():
    """A fresh interpreter has one thread afterwards, and none of the libraries that talk to the world."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split() == ["1"]
