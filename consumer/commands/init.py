"""``init``: the files that a newcomer starts from, the same from a wheel as from a checkout."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path
from string import Template

from consumer.commands import console_output, next_step
from consumer.config import private_file
from consumer.errors import ConfigurationError, StartupError

STARTER = Path(__file__).with_name("starter")
CONNECTIONS, ENVIRONMENT, EXAMPLE = "connections.yaml", ".env", "connections.example.yaml"
_REPOSITORY = Path(__file__).parents[2]
# A wheel contains these beside the package; a checkout has them where people look for them.
_EXAMPLES = (STARTER / EXAMPLE, _REPOSITORY / "deploy" / EXAMPLE)
_NETSUITE = (
    _REPOSITORY / "consumer" / "sandbox" / "netsuite" / "sdf_project",
    _REPOSITORY / "deploy" / "netsuite",
)
_PRIVATE = frozenset({ENVIRONMENT})
_KEY_BYTES = 32


def run(folder: Path, *, with_netsuite: bool = False, force: bool = False) -> int:
    """
    Write the files; nothing is written when one of them is there and `force` is not set.

    Args:
        folder: made if it is missing.
        with_netsuite: also the SuiteScript project that is deployed to NetSuite.
        force: replace files that are there.

    Raises:
        ConfigurationError: files are there already; the message names each.
        StartupError: a file cannot be written.
    """
    contents = _contents(with_netsuite=with_netsuite)
    existing = [name for name in contents if (folder / name).exists()]
    if existing and not force:
        raise ConfigurationError(
            [f"{folder / name}: is there already; --force replaces it" for name in existing]
        )
    for name, text in contents.items():
        _write(folder / name, text, is_private=name in _PRIVATE)
        console_output.say(f"{folder / name}: written")
    go_there = "" if folder == Path() else f"cd {shlex.quote(str(folder))}; "
    next_step.say(f"{go_there}set -a; . ./.env; set +a", "lago-netsuite sandbox kafka")
    return 0


def _contents(*, with_netsuite: bool) -> Mapping[str, str]:
    """Every file by its path in the folder."""
    template = Template((STARTER / "env.template").read_text(encoding="utf-8"))
    found = {
        CONNECTIONS: _text(STARTER / CONNECTIONS),
        ENVIRONMENT: template.substitute(webhook_hmac_key=secrets.token_hex(_KEY_BYTES)),
        EXAMPLE: _text(_first(_EXAMPLES)),
    }
    found |= {f"samples/{file.name}": _text(file) for file in sorted((STARTER / "samples").glob("*.json"))}
    if with_netsuite:
        root = _first(_NETSUITE)
        files = [root / "suitecloud.config.js", *sorted((root / "src").rglob("*"))]
        found |= {
            f"netsuite/{one.relative_to(root).as_posix()}": _text(one) for one in files if one.is_file()
        }
    return found


def _first(places: tuple[Path, ...]) -> Path:
    return next((place for place in places if place.exists()), places[0])


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _write(file: Path, text: str, *, is_private: bool) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if is_private:
            private_file.write(file, text)
        else:
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StartupError(f"{file}: cannot be written: {error.strerror}") from error
