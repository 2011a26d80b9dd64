"""The output of /metrics can be parsed."""

from consumer.ops.metrics import Metrics
from consumer.ops.metrics.reading import parked_in


def test_lanes_that_wait_are_counted_by_their_reason():
    """Summed over connections; another reason is another count."""
    metrics = Metrics(version="1.2.3")
    for connection, count in (("eu", 2), ("us", 1)):
        metrics.parked((connection, "1234567"), {"dependency": count, "limit": 4})

    text = metrics.exposition().decode()

    assert (parked_in(text, "dependency"), parked_in(text, "limit"), parked_in(text, "record")) == (3, 8, 0)
