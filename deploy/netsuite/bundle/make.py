"""
Writes what an administrator with a browser only uploads and types: ``make netsuite-bundle``.

``python3 deploy/netsuite/bundle/make.py [FOLDER]`` writes, by default into ``build/netsuite-bundle``,
``lago_netsuite.zip`` for the File Cabinet and ``BY_HAND.md`` with each field, the role and the script. Both
come from the SDF project, so that they make what its deployment makes. Python's standard library is enough.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from xml.etree import ElementTree as ET

HERE = Path(__file__).parent
PROJECT = HERE.parent
OBJECTS = PROJECT / "src" / "Objects"
SCRIPTS = PROJECT / "src" / "FileCabinet" / "SuiteScripts"
ARCHIVE, GUIDE = "lago_netsuite.zip", "BY_HAND.md"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive: the same files make the same archive."""

HEADER = ("Label", "ID", "Type", "Applies To", "Boxes", "Display", "Access", "Search", "Description, Help")
APPLIES_TO = {
    "appliestocustomer": "Customer",
    "bodysale": "Sale",
    "bodycustomerpayment": "Customer Payment",
    "colsale": "Sale Item",
}
BOXES = {
    "storevalue": "Store Value",
    "showinlist": "Show in List",
    "globalsearch": "Global Search",
    "ismandatory": "Mandatory",
    "isformula": "Formula",
}
TYPES = {"TEXT": "Free-Form Text", "TEXTAREA": "Text Area", "URL": "Hyperlink", "DATE": "Date"}
DISPLAY = {"LOCKED": "Disabled", "NORMAL": "Normal"}
ACCESS = {"0": "None", "1": "View", "2": "Edit"}
TEXTS = frozenset({"label", "description", "help", "fieldtype", "displaytype", "accesslevel", "searchlevel"})
SUBTABS = {"TRAN_": "Transactions", "LIST_": "Lists", "ADMI_": "Setup", "REPO_": "Reports"}


def build(folder: Path) -> None:
    """Write the archive and the guide; those of an earlier run are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / ARCHIVE, "w") as archive:
        for file in sorted(SCRIPTS.rglob("*.js")):
            entry = zipfile.ZipInfo(file.relative_to(SCRIPTS).as_posix(), LONG_AGO)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    (folder / GUIDE).write_text(guide(), encoding="utf-8")


def guide() -> str:
    """The page with its tables filled in."""
    return Template((HERE / "by_hand.md").read_text(encoding="utf-8")).substitute(
        entity_fields=_fields("entitycustomfield", "custentity"),
        body_fields=_fields("transactionbodycustomfield", "custbody"),
        line_fields=_fields("transactioncolumncustomfield", "custcol"),
        permissions=_permissions(),
    )


def objects(tag: str) -> list[ET.Element]:
    """The objects of the project of one kind, in the order of their ids."""
    roots = [ET.parse(path).getroot() for path in sorted(OBJECTS.glob("*.xml"))]  # noqa: S314 - our own files
    return [root for root in roots if root.tag == tag]


def _fields(tag: str, prefix: str) -> str:
    return _table(HEADER, [_field(field, prefix) for field in objects(tag)])


def _field(field: ET.Element, prefix: str) -> tuple[str, ...]:
    """One row; a setting that no column shows is an error, so that none is left out."""
    given = {child.tag: child.text or "" for child in field}
    if unknown := given.keys() - {*TEXTS, *BOXES, *APPLIES_TO}:
        raise ValueError(f"{field.get('scriptid')}: no column shows {', '.join(sorted(unknown))}")
    return (
        given["label"],
        f"`{field.attrib['scriptid'].removeprefix(prefix)}`",
        TYPES[given["fieldtype"]],
        _ticked(given, APPLIES_TO),
        _ticked(given, BOXES),
        DISPLAY[given["displaytype"]],
        ACCESS[given["accesslevel"]],
        ACCESS[given["searchlevel"]],
        given["description"],
    )


def _ticked(given: Mapping[str, str], names: Mapping[str, str]) -> str:
    return ", ".join(name for tag, name in names.items() if given.get(tag) == "T")


def _permissions() -> str:
    names = json.loads((PROJECT / "validation" / "permissions.json").read_text(encoding="utf-8"))["names"]
    rows = []
    for permission in objects("role")[0].iterfind("permissions/permission"):
        key, level = permission.findtext("permkey", ""), permission.findtext("permlevel", "")
        rows.append((SUBTABS[key[:5]], names[key], level.capitalize()))
    return _table(("Subtab", "Permission", "Level"), sorted(rows))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "build/netsuite-bundle")
    build(target)
    print(f"{target / ARCHIVE} for the File Cabinet, {target / GUIDE} says the rest")
