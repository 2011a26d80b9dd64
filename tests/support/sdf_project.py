"""The SDF project as tests look at it: its files, its README, and its role as the sandbox is told of it."""

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
    """What the emulated account is told: everything that a role may have, at the level that ours has."""
    return dict.fromkeys(PERMISSIONS["names"], 0) | {k: LEVELS[v] for k, v in GRANTED.items()} | changes
