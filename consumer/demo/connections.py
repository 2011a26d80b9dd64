"""The demo's connections file: written for the running sandbox, and a copy with the missing mapping added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from consumer.config import private_file
from consumer.demo import http

TEMPLATE = Path(__file__).with_name("connections.template.yaml")
MAPPED_METRICS = "      billable_metrics:\n"
MISSING_METRIC = '        gpu_hours: {id: "807", account: "4010"}\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedConnections:
    """A copy with the missing mapping: the file, the number of the added line (from 1) and its text."""

    file: Path
    line: int
    text: str


async def write(folder: Path, sandbox: str, facts: Mapping[str, str]) -> Path:
    """
    Write the file for the sandbox at that origin.

    Args:
        folder: where the file and the private key are written.
        sandbox: origin of the sandbox, whose ``/sandbox/credentials`` gives the login.
        facts: the template's other values.
    """
    credentials = await http.get_json(f"{sandbox}/sandbox/credentials")
    oauth2, tba = credentials["oauth2"], credentials["tba"]
    key_file = folder / "netsuite.pem"
    private_file.write(key_file, oauth2["private_key"])
    text = Template(TEMPLATE.read_text()).substitute(
        facts,
        account_id=credentials["account_id"],
        restlet_url=credentials["restlet_url"],
        client_id=oauth2["client_id"],
        certificate_id=oauth2["certificate_id"],
        private_key_file=key_file,
        **{f"tba_{name}": value for name, value in tba.items() if name != "type"},
    )
    file = folder / "connections.yaml"
    private_file.write(file, text)
    return file


def fix(file: Path) -> FixedConnections:
    """Write a copy beside the file that maps the unmapped billable metric to an item."""
    before, heading, after = file.read_text().partition(MAPPED_METRICS)
    copy = file.with_name("connections.mended.yaml")
    private_file.write(copy, before + heading + MISSING_METRIC + after)
    line = (before + heading).count("\n") + 1
    return FixedConnections(file=copy, line=line, text=MISSING_METRIC.strip())
