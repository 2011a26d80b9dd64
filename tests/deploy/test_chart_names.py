"""Every name that Helm takes makes names and labels that Kubernetes takes."""

from __future__ import annotations

import re

import pytest

from tests.deploy.chart import Manifest, pods, rendered

OF_A_SERVICE = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
OF_A_LABEL = re.compile(r"([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")
LONGEST_RELEASE = "a" * 53
# What a controller appends to a name before it becomes a label of 63 characters: the hash of a StatefulSet's
# revision, the minute of a CronJob's run.
APPENDED_CHARS = {"StatefulSet": 11, "CronJob": 11, "Job": 0}

names = pytest.mark.parametrize(
    ("release", "more"),
    [
        ("one", ()),
        (LONGEST_RELEASE, ()),
        ("1st.eu-west-1", ()),
        ("one", (f"fullnameOverride={'b' * 253}",)),
        ("one", (f"fullnameOverride={'b.' * 126}b",)),
        ("one", (f"nameOverride={'c' * 253}",)),
        ("two", (f"reconcile.connections={{{'d' * 200}}}", "existingConfigMap=mine")),
    ],
)  # fmt: skip


@names
def test_any_legal_name_works(release, more):
    """Of a release, of the chart, of all of it, and of a connection: as a name and as a label."""
    manifests = rendered("full", *more, release=release)
    for manifest in manifests:
        name = manifest["metadata"]["name"]

        assert OF_A_SERVICE.fullmatch(name), (manifest["kind"], name)
        assert len(name) + APPENDED_CHARS.get(manifest["kind"], 0) <= 63
    for metadata in [each["metadata"] for each in [*manifests, *pods(manifests).values()]]:
        assert all(OF_A_LABEL.fullmatch(value) for value in metadata["labels"].values()), metadata["labels"]


def test_long_names_stay_apart():
    """Two releases of one namespace that differ at the end of a long name share nothing."""
    first, second = (_named(rendered("default", release=f"{'a' * 52}{end}")) for end in "bc")

    assert first & second == set()


def test_short_names_are_as_they_were():
    """An upgrade renames nothing that has worked."""
    assert "one-lago-netsuite-worker" in _named(rendered("default"))
    assert f"{'a' * 31}-lago-netsuite-worker" in _named(rendered("default", release="a" * 31))


def _named(manifests: list[Manifest]) -> set[str]:
    return {each["metadata"]["name"] for each in manifests}
