"""
Images of others where no registry is reached: made of Debian's packages, under the same name.

The stand-in for Python's image has the Python of Debian, one release older than the one that it stands for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.containers.engine import BUILD_LIMIT_S, CACHE, ROOT, Engine, fast_folder
from tests.integration.brokers import apache

SUITE = "trixie"
PYTHON = re.search(r"^ARG PYTHON=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
PACKAGES = ("python3", "python3-venv", "python-is-python3", "ca-certificates")
# As Python's own image leaves them out; of documentation the licences stay.
LEFT_OUT = (
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
)
OF_SERVICES = ("openjdk-21-jre-headless", "prometheus", "wget")
OF_KAFKA = ("kafka_start.sh", "kafka-broker-api-versions.sh")
HERE = Path(__file__).parent


def python(engine: Engine) -> None:
    """Debian with Python, named as the Dockerfile's first line names it."""
    assert PYTHON is not None
    tarball = debian("python", PACKAGES, left_out=LEFT_OUT)
    engine.done("import", "--quiet", str(tarball), PYTHON[1], limit_s=BUILD_LIMIT_S)


def services(engine: Engine, context: Path, tags: Mapping[str, str]) -> None:
    """
    Apache Kafka of Maven Central and Debian's Prometheus.

    Args:
        context: an empty folder for the build.
        tags: the name of each image by its target in services.Dockerfile.
    """
    base = "localhost/debian-services"
    engine.done("import", "--quiet", str(debian("services", OF_SERVICES)), base, limit_s=BUILD_LIMIT_S)
    shutil.copytree(apache.jars(), context / "jars")
    for file in OF_KAFKA:
        shutil.copy(HERE / file, context)
    for target, tag in tags.items():
        written = f"--file={HERE / 'services.Dockerfile'}"
        engine.build(tag, context, written, f"--build-arg=BASE={base}", f"--target={target}")


def debian(name: str, packages: Sequence[str], *, left_out: Sequence[str] = ()) -> Path:
    """A tarball of Debian with these packages, which is made once in a checkout."""
    tarball = CACHE / f"{name}-{SUITE}.tar"
    if not tarball.exists():
        draft = tarball.with_suffix(".draft")
        options = [f"--dpkgopt={each}" for each in left_out]
        included = f"--include={','.join(packages)}"
        subprocess.run(
            ["mmdebstrap", "--quiet", "--mode=root", "--variant=essential", "--format=tar",
             '--aptopt=Acquire::Languages "none"', *options, included, SUITE, str(draft)],
            env=os.environ | {"TMPDIR": str(fast_folder())},
            check=True, capture_output=True, timeout=BUILD_LIMIT_S,
        )  # fmt: skip
        draft.rename(tarball)
    return tarball
