"""The real worker as processes of its own, measured through /proc."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from consumer.config.settings import env_name
from consumer.sandbox.broker import free_port
from tests.bench.contender import OURS, Contender
from tests.bench.stub import ACCOUNT_ID
from tests.integration import running_programs
from tests.support.lago import ORGANIZATION_ID

CODE = "netsuite-bench"
STOP_LIMIT_S = 60.0
CORE_OF_THE_WORKER = 1
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
KIB_PER_MB = 1024
NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """
    Of one process: CPU seconds, resident memory now and at its peak in MB (2^20 bytes).

    Attributes:
        kept_waiting_s: how long it was ready to run and its core was not free.
    """

    cpu_s: float = 0.0
    rss_mb: float = 0.0
    peak_mb: float = 0.0
    kept_waiting_s: float = 0.0


NOTHING = Usage()


@dataclass(slots=True, kw_only=True)
class Worker:
    """One worker of a group, ours or another; it may be killed and started anew under the same name."""

    name: str
    environment: Mapping[str, str]
    log_file: Path
    is_named: bool
    contender: Contender = OURS
    ops_port: int = 0
    process: subprocess.Popen[bytes] | None = None
    _before: Usage = NOTHING
    _last: Usage = NOTHING
    _is_ending: bool = False
    statuses: list[int] = field(default_factory=list)

    def start(self) -> None:
        """Start it, on the core that is its own."""
        self.ops_port, self._is_ending = free_port(), False
        own = {env_name("ops_port"): str(self.ops_port)}
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._host(), *_on_core(CORE_OF_THE_WORKER), *self.contender.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment, **own},
            )

    def kill(self) -> None:
        """As the kernel does it when memory is short."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As Kubernetes does it, and by force after a minute."""
        self._end(signal.SIGTERM)

    def fail_if_over(self) -> None:
        """
        See that it runs, unless it was stopped.

        Raises:
            AssertionError: it ended by itself; with the end of its log.
        """
        if self.process is not None and not self._is_ending and self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended: {self.log_file.read_text()[-2_000:]}")

    def usage(self) -> Usage:
        """What it has used under this name, killed processes included."""
        if self.process is not None and self.process.poll() is None:
            self._last = _usage(self.process.pid) or self._last
        return replace(
            self._last,
            cpu_s=self._before.cpu_s + self._last.cpu_s,
            kept_waiting_s=self._before.kept_waiting_s + self._last.kept_waiting_s,
        )

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.usage()
        self._is_ending = True
        self.process.send_signal(how)
        try:
            self.statuses.append(self.process.wait(STOP_LIMIT_S))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.statuses.append(self.process.wait(STOP_LIMIT_S))
        self._before, self._last = self.usage(), NOTHING
        self.process = None

    def _host(self) -> Sequence[str]:
        # Static membership goes by host name, and processes of one machine share theirs: as in a pod, each
        # gets one of its own.
        own_name = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        return own_name if self.is_named else []


def can_have_host_names() -> bool:
    """Whether processes may be given host names of their own (Linux, and the right to)."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(
        ["unshare", "--uts", "sh", "-c", "hostname probe"], capture_output=True, check=False
    )
    return tried.returncode == 0


def environment(
    folder: Path, *, bootstrap_servers: str, topic_prefix: str, restlet_origin: str, cap: int, is_static: bool
) -> dict[str, str]:
    """What a worker needs to know, with its connections.yaml written."""
    return running_programs.environment(
        folder,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=connection(restlet_origin, cap),
        ops_host="127.0.0.1",
        static_membership=str(is_static).lower(),
    )


def connection(restlet_origin: str, cap: int) -> dict[str, Any]:
    """The one connection; JSON is YAML too."""
    return {
        "code": CODE,
        "account_id": ACCOUNT_ID,
        "environment": "sandbox",
        "restlet_url": f"{restlet_origin}/app/site/hosting/restlet.nl?script=1&deploy=1",
        "auth": {
            "type": "tba",
            "client_id": "bench-consumer",
            "client_secret": "bench-consumer-secret",
            "token_id": "bench-token",
            "token_secret": "bench-token-secret",
        },
        "lago": {"organization_id": ORGANIZATION_ID, "organization_slug": "acme"},
        "concurrency": cap,
        "customers": {"create": "never", "subsidiary": "1"},
        "mapping": {
            "fallback_item": {"id": "801"},
            "subscription_fee": {"id": "802"},
            "billable_metrics": {"api_calls": {"id": "811"}},
            "tax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"},
            "currencies": {"EUR": "2"},
        },
    }


def _on_core(core: int) -> Sequence[str]:
    pinnable = shutil.which("taskset") is not None and (os.cpu_count() or 1) > core
    return ["taskset", "-c", str(core)] if pinnable else []


def usage_of(pid: int) -> Usage:
    """What a process has used so far; nothing when it has ended."""
    return _usage(pid) or NOTHING


def _usage(pid: int) -> Usage | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        status = Path(f"/proc/{pid}/status").read_text()
        queued_ns = Path(f"/proc/{pid}/schedstat").read_text().split()[1]
    except OSError:
        return None
    # The name, in parentheses, may hold anything; utime and stime are the 14th and 15th field (proc(5)).
    fields = stat.rpartition(")")[2].split()
    cpu_s = (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    return Usage(cpu_s, _mb(status, "VmRSS"), _mb(status, "VmHWM"), int(queued_ns) / NS_PER_S)


def _mb(status: str, name: str) -> float:
    found = [line.split()[1] for line in status.splitlines() if line.startswith(f"{name}:")]
    return int(found[0]) / KIB_PER_MB if found else 0.0


def moment() -> float:
    """Seconds since the epoch: the clock that the stub and Kafka write down too."""
    return time.time()
