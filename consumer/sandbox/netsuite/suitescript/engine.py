"""The JavaScript engine: one per thread, with the script files parsed once."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import quickjs

from consumer.sandbox.netsuite.suitescript import file_cabinet
from consumer.sandbox.netsuite.suitescript.host_calls import Host
from consumer.sandbox.netsuite.suitescript.value_transfer import Crossed

_PRELUDE = Path(__file__).with_name("prelude.js")
_threads = threading.local()


class Engine:
    """A QuickJS context with the emulated modules, for the thread that created it only."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._host: Host | None = None
        self._context = quickjs.Context()
        self._context.add_callable("__host", self._call_host)
        self._context.eval(_PRELUDE.read_text())
        parse = self._context.get("__parse")
        for path, source in files.items():
            parse(path, source)
        self._run = self._context.get("__run")

    def run(
        self, host: Host, settings: Mapping[str, Any], main: str, verb: str, argument: str
    ) -> dict[str, Any]:
        """Run an entry point of the file `main`; its result or error, in the form of `prelude.js`."""
        self._host = host
        try:
            answer: str = self._run(json.dumps(settings), main, verb, argument)
            outcome: dict[str, Any] = {"json": answer[1:]} if answer[0] == "=" else json.loads(answer)
            return outcome
        finally:
            self._host = None

    def _call_host(self, operation: str, *arguments: Crossed) -> Crossed:
        # Scripts run only within `run`, so there is a host at each of their calls.
        return self._host.call(operation, *arguments) if self._host else None


def of_this_thread() -> Engine:
    """The engine of the calling thread."""
    found: Engine | None = getattr(_threads, "engine", None)
    if found is None:
        found = _threads.engine = Engine(file_cabinet.files())
    return found
