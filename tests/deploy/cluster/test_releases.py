"""The chart on a real API server under the restricted Pod Security Standard, by Helm 4, server-side."""

from __future__ import annotations

import itertools

import pytest

from tests.deploy.binaries import found
from tests.deploy.chart import CHART, VALUES, rendered
from tests.deploy.cluster.control_plane import ControlPlane
from tests.deploy.cluster.releases import WAITING, Release
from tests.integration.running_programs import until

pytestmark = pytest.mark.cluster
EVERY_FILE = ["default", *sorted(file.stem for file in VALUES.glob("*.yaml"))]
CHANGED = "connectionsFile=connections: [{code: netsuite-eu\\, concurrency: 2}]"
# Of full.yaml, KEDA says how many, and there is none here: a StatefulSet without a number has one pod.
WORKERS = {"default": 2, "full": 1, "minimal": 1, "openshift": 2}
numbers = itertools.count()


@pytest.fixture
def release(plane: ControlPlane) -> Release:
    """A name in a namespace of its own, with what a cluster has before the chart comes."""
    namespace = plane.namespace(f"billing-{next(numbers)}")
    return Release(plane=plane, namespace=namespace)


@pytest.fixture(scope="session", autouse=True)
def platform(plane: ControlPlane) -> None:
    """What values/full.yaml expects of its platform: a priority, and a volume for the console."""
    plane.create(
        "/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": "finance"}, "value": 1000}
    )
    for number in range(4):
        volume = {
            "metadata": {"name": f"volume-{number}"},
            "spec": {
                "storageClassName": "fast",
                "capacity": {"storage": "5Gi"},
                "accessModes": ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain",
                "hostPath": {"path": f"/nowhere/{number}"},
            },
        }
        plane.create("/api/v1/persistentvolumes", volume)


@pytest.mark.parametrize("values", EVERY_FILE)
def test_a_release_lives_its_whole_life(release, values):
    """Installed, tested, upgraded, rolled back, uninstalled; pods exist each time, nothing stays behind."""
    release.install(values)
    wanted = _by_kind(values)
    assert {kind: len(names) for kind, names in release.objects().items()} == wanted
    before = _checksum(release)
    assert len(release.pods("worker")) == WORKERS[values]

    assert "Succeeded" in release.test()

    release.upgrade(values, CHANGED)
    assert _checksum(release) != before

    release.roll_back(1)
    assert _checksum(release) == before
    assert [state for _, state in release.history()] == ["superseded", "superseded", "deployed"]

    release.uninstall()
    assert release.objects() == {}
    assert release.pods("worker") == []


def test_a_release_grows_and_shrinks(release):
    """From the least to everything and back, so that each part comes and goes."""
    release.install("minimal")
    least = release.objects()

    release.upgrade("full")
    assert "HTTPRoute" in release.objects()

    release.roll_back(1)
    assert release.objects() == least


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("a" * 53, ()),
        ("1st.eu-west-1", ()),
        ("one", (f"fullnameOverride={'b' * 253}",)),
        ("one", (f"nameOverride={'c.' * 126}c",)),
    ],
)
def test_a_long_name_gets_its_pods(release, name, more):
    """They are made by controllers, which add to names and make labels of them."""
    named = Release(plane=release.plane, namespace=release.namespace, name=name)

    named.install("default", "console.enabled=true", *more)

    for part, count in {"worker": 2, "relay": 1, "ingest": 2, "console": 1}.items():
        assert len(named.pods(part)) == count
    named.uninstall()


def test_a_run_of_the_night_gets_its_pod(release):
    """Of the longest name, too: the job of a CronJob adds to it."""
    code = "d" * 200
    release.install(
        "default",
        f"connectionsFile=connections: [{{code: {code}}}]",
        "reconcile.enabled=true",
        "reconcile.schedule=* * * * *",
    )

    until(lambda: len(release.pods("reconcile")) >= 1, limit_s=90)
    release.uninstall()


def test_a_release_of_helm_3_is_taken_over(release):
    """Made by the client, and from then on server-side by Helm 4, with a variable in another's place."""
    older = found("helm")
    made = release.helm("install", "one", str(CHART), *WAITING, program=older)
    assert made.returncode == 0, made.stderr
    more = ("extraEnv[0].name=LAGO_NETSUITE_LOG_FORMAT", "extraEnv[0].value=console")

    release.upgrade("default", CHANGED, *more, "worker.replicas=3", server_side=True)

    assert len(release.pods("worker")) == 3
    release.uninstall()
    assert release.objects() == {}


def test_an_extra_variable_is_applied_once(release):
    """A list with a name twice is refused by server-side apply; the chart gives each name once."""
    more = ("extraEnv[0].name=LAGO_NETSUITE_LOG_FORMAT", "extraEnv[0].value=console")
    release.install("default")

    release.upgrade("default", *more)

    [first, *_] = release.pods("worker")
    [container] = first["spec"]["containers"]
    formats = [each["value"] for each in container["env"] if each["name"] == "LAGO_NETSUITE_LOG_FORMAT"]
    assert formats == ["console"]
    release.uninstall()


def test_the_standard_is_enforced(release):
    """The namespaces of these tests let in no pod that may be root."""
    ran = release.helm("install", "one", str(CHART), "--set", "podSecurityContext.runAsNonRoot=false")

    assert ran.returncode == 0, ran.stderr
    until(lambda: any("violates PodSecurity" in each for each in release.warnings()))
    assert release.pods("worker") == []


def test_a_wrong_connections_file_ends_an_installation_with_its_sentence(release, node):
    """The Job before it fails; Helm 4 prints what `check` has said, and nothing of the release is there."""
    sentence = "connections.yaml:9: connections[0].auth: type 'oauth3' is not known"
    (node.folder / "log").write_text(f"{sentence}\n")
    (node.folder / "settings-fails").touch()
    try:
        ran = release.helm("install", "one", str(CHART), *WAITING, "--set", "checkFirst.enabled=true")
    finally:
        (node.folder / "settings-fails").unlink()

    assert ran.returncode != 0
    assert sentence in ran.stdout + ran.stderr
    assert {kind for kind in release.objects() if kind not in {"Job", "ConfigMap"}} == set()


def test_a_wrong_value_reaches_no_server(release):
    """Helm 4 says what is wrong as Helm 3 does, and makes nothing."""
    ran = release.helm("install", "one", str(CHART), "--set", "kafka.securityProtocol=SASL_SSL")

    assert ran.returncode != 0
    assert "kafka.saslMechanism is needed with kafka.securityProtocol SASL_SSL" in ran.stderr
    assert release.objects() == {}


def _by_kind(values: str) -> dict[str, int]:
    """How many objects of each kind the chart renders, without what Helm takes away by itself."""
    counts: dict[str, int] = {}
    for manifest in rendered(values):
        if "helm.sh/hook" not in manifest["metadata"].get("annotations", {}):
            counts[manifest["kind"]] = counts.get(manifest["kind"], 0) + 1
    return counts


def _checksum(release: Release) -> set[str]:
    return {pod["metadata"]["annotations"]["checksum/connections"] for pod in release.pods("worker")}
