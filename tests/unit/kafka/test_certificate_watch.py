"""Until when the client's certificate for Kafka is valid, as a metric."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from consumer.kafka import certificate_watch
from consumer.ops.metrics import Metrics
from tests.support.certificates import DAY, Authority


@pytest.fixture
def metrics():
    return Metrics(version="1")


def end_of(metrics):
    about = {"use": "kafka_client", "connection": ""}
    return metrics.registry.get_sample_value("lago_netsuite_certificate_end_timestamp_seconds", about)


def test_a_renewed_certificate_is_shown(tmp_path, metrics):
    """Its file is read again; a file that is being replaced changes nothing."""
    file, authority = tmp_path / "user.crt", Authority(folder=tmp_path)
    file.write_bytes(authority.certificate(lasts=DAY).chain)
    certificate_watch.show(file, metrics)
    first = end_of(metrics)

    file.unlink()
    with capture_logs() as lines:
        certificate_watch.show(file, metrics)
    assert (end_of(metrics), [line["event"] for line in lines]) == (first, ["client_certificate_unreadable"])

    file.write_bytes(authority.certificate(lasts=3 * DAY).chain)
    certificate_watch.show(file, metrics)
    assert end_of(metrics) - first == pytest.approx(2 * DAY.total_seconds(), abs=60)


def test_of_a_chain_the_one_that_ends_first_counts(tmp_path, metrics):
    """With the others' ends the login would fail as well."""
    file, authority = tmp_path / "user.crt", Authority(folder=tmp_path)
    one, two = (authority.certificate(lasts=lasts) for lasts in (3 * DAY, DAY))
    file.write_bytes(two.chain)
    certificate_watch.show(file, metrics)
    sooner = end_of(metrics)

    file.write_bytes(one.chain + one.key + two.chain)
    certificate_watch.show(file, metrics)

    assert end_of(metrics) == sooner


def test_a_file_without_a_certificate_shows_nothing(tmp_path, metrics):
    """`consumer.kafka.security` refuses it at the start."""
    file = tmp_path / "user.crt"
    file.write_text("none")

    certificate_watch.show(file, metrics)

    assert end_of(metrics) is None
