"""The demo is the promise in one command: everything accounted for, nothing twice, every total Lago's."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT_S = 110
PLANTED = {
    "customer_refused": "2 rejected (missing_field)",
    "repeated": "5 already_there",
    "unmapped_metric": "1 rejected (invalid_mapping)",
    "closed_period": "1 rejected (period_closed)",
    "undecodable_bytes": "2 rejected (undecodable)",
}


@pytest.mark.kafka
def test_the_demo_accounts_for_every_event(bootstrap_servers, tmp_path):
    """Exit code 0, and figures that add up."""
    report = tmp_path / "build" / "demo.json"
    environment = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers}

    done = subprocess.run(
        [sys.executable, "-m", "consumer", "demo", "--report", str(report)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(report.read_text())
    ended = [figures[name] for name in ("written", "already_there", "ignored", "rejected")]
    assert figures["events"] == sum(ended) >= 60
    assert figures["duplicates"] == 0
    assert figures["webhooks_verified"] == figures["rejected"] == 6
    assert figures["planted"].pop("lost_answer").startswith("1 already_there (attempt ")
    assert figures["planted"].pop("payment_first").startswith("1 written (attempt ")
    assert figures["planted"] == PLANTED
    assert 0 < figures["latency_p50_ms"] <= figures["latency_p99_ms"]
    assert figures["latency_max_ms"] > 0
    assert len(figures["balances"]) == 11
    assert all(Decimal(row["difference"]) == 0 for row in figures["balances"])
    assert figures["seconds"] < 60
    assert "What reached NetSuite" in done.stdout
    assert "What every customer owes" in done.stdout
    assert "What failed, why, and what to do" in done.stdout
