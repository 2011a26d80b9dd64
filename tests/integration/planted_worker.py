"""The worker's own process with a defect in each part; run as a module with the arguments of the command."""

from __future__ import annotations

import sys
from unittest.mock import patch

from consumer import app, cli
from tests.memory.defects import in_bytes, planted

PARTS = (
    "decode",
    "routing",
    "enrichment",
    "mapping",
    "result",
    "mapping, then its error event",
    "result, then its error event",
    "call",
)

if __name__ == "__main__":
    with planted(*PARTS, "bookings") as defects:
        raising = defects.around(app.place_of, in_bytes("lane"))
        with patch.object(app, "place_of", raising):
            cli.main(sys.argv[1:])
