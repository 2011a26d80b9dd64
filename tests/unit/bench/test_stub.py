"""The stub account of the benchmark as a process: it says where it listens, and keeps a journal."""

import httpx

from tests.bench import run
from tests.bench.workloads import Workload


def test_the_stub_starts_and_answers(tmp_path):
    """All of the benchmark waits for it."""
    workload = Workload(name="stub", title="the stub alone", lanes=1)

    with run.stub(workload, tmp_path / "calls.jsonl", 1.0) as origin:
        told = httpx.get(f"{origin}/bench/state", trust_env=False).json()

    assert (told["settled"], told["under_way"]) == (0, 0)
    assert (tmp_path / "calls.jsonl").exists()
