"""The peers' bench: the request that peers send, and the table of what was measured."""

from __future__ import annotations

import json
from itertools import islice

from tests.bench import events, workloads
from tests.bench.contender import ONE_A_CALL, OURS
from tests.bench.peers import peer_environment, readme, result_files
from tests.bench.peers.result_files import Results


def figures(**changes):
    return {
        "events_per_s": 100.0,
        "utilisation": 0.98,
        "added_latency_p50_ms": 10.0,
        "added_latency_p99_ms": None,
        "cpu_s_per_1000": 1.5,
        "rss_mb": 90.0,
        "items_per_call": 1.0,
        "kept_waiting": 0.0,
        "membership": "static",
        "lost": 0,
        "duplicates": 0,
        "order_violations": 0,
        "repeats": 0,
        "back_at_work_s": None,
    } | changes


def results(*runs):
    found = Results(cap=15, window_s=10.0)
    for workload, contender, measured in runs:
        found.add(workload, contender, measured)
    return found


def ours(share):
    return workloads.Workload(name=OURS.name, title="").at_share(share)


ALONE = workloads.Workload(name=ONE_A_CALL.name, title="")


def test_the_request_of_peers_has_two_places_and_no_id_of_its_own():
    """With the ids of an event in them it is the request of that event."""
    [draft] = islice(events.drafts(workloads.of_cap(1)), 1)

    request = peer_environment.request()
    item = json.loads(request.replace(b"@ID@", b"7").replace(b"@VERSION@", b"v"))["items"][0]

    assert (item["external_id"], item["lago_id"], item["version"]) == ("lago-inv-7", "7", "v")
    assert draft.event.external_id.encode() not in request


def test_the_fastest_comes_first_and_ours_names_its_share():
    """One record a call has none: nothing is shared."""
    table = results(
        (ALONE, ONE_A_CALL, figures(events_per_s=25.0)), (ours(0.5), OURS, figures(events_per_s=60.0))
    ).markdown()

    [first, second] = table.splitlines()[2:]
    assert first.startswith("| lago-netsuite, share 0.5 | 60 | 0.98 | 10 |  | 1.5 |")
    assert second.startswith("| lago-netsuite, one record a call | 25 |")


def test_a_row_is_the_median_of_its_rounds():
    """An odd run does not count."""
    rounds = [(ours(0.05), OURS, figures(events_per_s=each)) for each in (120.0, 3.0, 118.0)]

    assert results(*rounds).as_json()["rows"]["ours"]["events_per_s"] == 118.0


def test_what_is_lost_in_any_run_is_counted_that_with_the_kill_included():
    """A median would hide it."""
    found = results((ours(0.05), OURS, figures(lost=1)), (ours(0.05), OURS, figures()))
    found.add_kill("ours", figures(lost=2, back_at_work_s=3.4, repeats=12))

    assert "| 3 / 0 / 0 | 3.4 s | 12 |" in found.markdown()


def test_the_readme_shows_the_results_that_lie_beside_the_bench():
    """`make bench-readme` puts them there after a run."""
    results = json.loads((result_files.FOLDER / "peers.json").read_text())
    page = readme.README.read_text()

    assert readme.rewritten(page, readme.table(results)) == page
