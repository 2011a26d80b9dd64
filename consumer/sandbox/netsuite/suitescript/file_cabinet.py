"""The file cabinet: the deployed script files on this machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
# A wheel contains the files beside the package; a checkout has them in the SDF project.
_PLACES = tuple(
    project / "src" / "FileCabinet" / "SuiteScripts" / "lago_netsuite"
    for project in (_PACKAGE / "sdf_project", _PACKAGE.parents[2] / "deploy" / "netsuite")
)


@cache
def files() -> dict[str, str]:
    """
    Every script file by its path under the script's folder.

    Raises:
        FileNotFoundError: the installation has no script files.
    """
    folder = next((place for place in _PLACES if place.is_dir()), None)
    if folder is None:
        raise FileNotFoundError(f"no SuiteScript files in {_PLACES[0]}")
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.js"))}
