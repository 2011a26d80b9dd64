"""Both images of the Dockerfile, one after the other: the second takes from the first what they share."""

from __future__ import annotations

import os

from tests.containers import stand_in
from tests.containers.engine import ROOT, Engine

WORKER, SANDBOX = "lago-netsuite", "lago-netsuite-sandbox"
TARGETS = {WORKER: "worker", SANDBOX: "sandbox"}
FACTS = {
    "VERSION": "0.1.0",
    "REVISION": "0123456789abcdef",
    "SOURCE": "https://git.example.com/lago-netsuite",
}
AUTHORITIES = ("SSL_CERT_FILE", "PIP_CERT")


def authority() -> list[str]:
    """The option of a build by which it trusts what this machine does, where that is named."""
    named = (os.environ[each] for each in AUTHORITIES if each in os.environ)
    return [f"--secret=id=ca,src={file}" for file in named][:1]


def build(engine: Engine) -> None:
    """Under the names of `TARGETS`, with the authorities of this machine where it names its own."""
    if engine.is_offline:
        stand_in.python(engine)
    given = [f"--build-arg={name}={value}" for name, value in FACTS.items()]
    given += authority()
    for tag, target in TARGETS.items():
        engine.build(tag, ROOT, *given, f"--target={target}")
