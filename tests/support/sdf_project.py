"""The SDF project for tests: its files, its README, and its role in the form of a sandbox profile."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "deploy" / "netsuite"
OBJECTS = PROJECT / "src" / "Objects"
README = (PROJECT / "README.md").read_text()
PERMISSIONS = json.loads((PROJECT / "validation" / "permissions.json").read_text())
LEVELS = {name: number for number, name in enumerate(PERMISSIONS["levels"])}
ROLE = ET.parse(OBJECTS / "customrole_lago_netsuite.xml").getroot()
GRANTED = {
    one.findtext("permkey"): one.findtext("permlevel") for one in ROLE.iterfind("permissions/permission")
}


def role(**changes: int) -> dict[str, int]:
    """The permissions of the project's role, in the form of a sandbox profile."""
    return dict.fromkeys(PERMISSIONS["names"], 0) | {k: LEVELS[v] for k, v in GRANTED.items()} | changes
