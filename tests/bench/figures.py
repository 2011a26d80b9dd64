"""The figures of one run: nine common ones, and those of its workload."""

from __future__ import annotations

import signal
from itertools import pairwise
from typing import Any

import numpy as np

from tests.bench import measure
from tests.bench.measure import Events, Window
from tests.bench.run import Evidence
from tests.bench.run_phases import Sample

Figures = dict[str, Any]
KILLED = -signal.SIGKILL


def figures(evidence: Evidence) -> Figures:
    """All of them, ready for JSON."""
    calls, workload = evidence.calls, evidence.workload
    events = {each.event: each for each in evidence.produced}
    windows = _quiet(evidence)
    settled = len(measure.settled_at(calls))
    in_windows = measure.settled_in(calls, windows)
    added = measure.added_latencies_s(calls, events, workload.cap, evidence.window)
    return {
        "utilisation": _rounded(measure.utilisation(calls, workload.cap, windows), 4),
        "added_latency_p50_ms": _rounded(measure.percentile_ms(added, 50), 1),
        "added_latency_p99_ms": _rounded(measure.percentile_ms(added, 99), 1),
        "lost": _lost(evidence, events),
        "duplicates": measure.duplicates(calls),
        "order_violations": measure.order_violations(calls, events),
        "refused_per_1000": _per_1000(measure.refused(calls), settled),
        "cpu_s_per_1000": _per_1000(_cpu_s(evidence.samples, windows), in_windows),
        "rss_mb": _rounded(max(sample.usage.peak_mb for sample in evidence.samples), 1),
        "events_per_s": _rounded(in_windows / sum(window.length_s for window in windows), 2),
        **_about(evidence, settled),
        **_recovery(evidence),
        **_poison(evidence, events),
    }


def _about(evidence: Evidence, settled: int) -> Figures:
    calls = evidence.calls
    return {
        "title": evidence.workload.title,
        "cap": evidence.workload.cap,
        "workers": evidence.workload.workers,
        "partitions": evidence.workload.partitions,
        "membership": "static" if evidence.is_static else "dynamic",
        "window_s": _rounded(sum(window.length_s for window in _quiet(evidence)), 1),
        "warm_up_s": _rounded(evidence.window.begin - evidence.first_call, 1),
        "events": len(evidence.produced),
        "settled": settled,
        "unfinished": len(evidence.produced) - settled,
        "is_drained": evidence.drained_at is not None,
        "calls": len(calls),
        "items_per_call": _rounded(sum(len(call.items) for call in calls) / max(1, len(calls)), 2),
        "repeats": measure.repeats(calls),
        "unanswered": measure.unanswered(calls),
        "reported_errors": len(evidence.reported),
        "exit_statuses": [status for status in evidence.statuses if status != KILLED],
        "machine_load": evidence.load_average,
        "kept_waiting": _kept_waiting(evidence),
        "rss_over_time_mb": _memory(evidence.samples),
        "rss_growth_mb": _growth_mb(evidence.samples, evidence.window),
    }


def _quiet(evidence: Evidence) -> list[Window]:
    """The window without the time of a planned outage."""
    outage = _outage(evidence)
    return evidence.window.without(outage) if outage else [evidence.window]


def _outage(evidence: Evidence) -> Window | None:
    faults = evidence.workload.faults
    begin = evidence.first_call + faults.outage_from_s
    return Window(begin, begin + faults.outage_s) if faults.outage_s else None


def _lost(evidence: Evidence, events: Events) -> int:
    settled = measure.lost(events, evidence.calls, evidence.committed, evidence.reported)
    passed_over = {
        (partition, offset)
        for partition, offset in evidence.undecodable - evidence.reported
        if offset < evidence.committed.get(partition, 0)
    }
    return settled + len(passed_over)


def _recovery(evidence: Evidence) -> Figures:
    faults = list(pairwise([*evidence.kills, evidence.window.end]))
    if outage := _outage(evidence):
        faults = [(outage.end, evidence.window.end)]
    if not faults:
        return {}
    each = [_rounded(_recovered(evidence, *fault), 1) for fault in faults]
    known = [one for one in each if one is not None]
    worst = max(known) if len(known) == len(each) else None
    return {"recovery_s": worst, "recoveries_s": each, "kills": len(evidence.kills)}


def _recovered(evidence: Evidence, since: float, until: float) -> float | None:
    return measure.recovery_s(evidence.calls, evidence.workload.cap, since, until)


def _poison(evidence: Evidence, events: Events) -> Figures:
    """The throughput of the other lanes while the heads fail, as a share of the usual one."""
    faults = evidence.workload.faults
    if not faults.poison:
        return {}
    healed = evidence.first_call + faults.poison_s
    lanes = {each.lane for each in events.values() if each.event.external_id in faults.poison}
    others = [
        call
        for call in evidence.calls
        if any(events[item.event].lane not in lanes for item in call.items if item.event in events)
    ]
    window = evidence.window
    while_failing = measure.utilisation(others, evidence.workload.cap, [Window(window.begin, healed)])
    afterwards = measure.utilisation(others, evidence.workload.cap, [Window(healed, window.end)])
    return {
        "others_utilisation_while_failing": _rounded(while_failing, 4),
        "others_utilisation_afterwards": _rounded(afterwards, 4),
        "others_share_kept": _rounded(while_failing / afterwards, 4) if afterwards else None,
    }


def _cpu_s(samples: list[Sample], windows: list[Window]) -> float:
    at = [sample.at for sample in samples]
    return _grown(at, [sample.usage.cpu_s for sample in samples], windows)


def _kept_waiting(evidence: Evidence) -> float | None:
    """Which share of the time in which the workers could have run they waited for their core."""
    at = [sample.at for sample in evidence.samples]
    waited_s = _grown(at, [sample.usage.kept_waiting_s for sample in evidence.samples], [evidence.window])
    ran_s = _cpu_s(evidence.samples, [evidence.window])
    return _rounded(waited_s / (waited_s + ran_s), 3) if ran_s else None


def _grown(at: list[float], totals: list[float], windows: list[Window]) -> float:
    return sum(
        float(np.interp(window.end, at, totals) - np.interp(window.begin, at, totals)) for window in windows
    )


def _memory(samples: list[Sample]) -> list[list[float]]:
    """Seconds since the first sample and the largest worker's resident memory, at most a hundred points."""
    every = max(1, len(samples) // 100)
    begin = samples[0].at
    return [[round(each.at - begin, 1), round(each.usage.rss_mb, 1)] for each in samples[::every]]


def _growth_mb(samples: list[Sample], window: Window) -> float | None:
    inside = [sample.usage.rss_mb for sample in samples if sample.at in window]
    return _rounded(measure.growth(inside), 1)


def _per_1000(amount: float, of: int) -> float | None:
    return _rounded(amount * 1_000 / of, 3) if of else None


def _rounded(number: float | None, digits: int) -> float | None:
    return None if number is None else round(number, digits)
