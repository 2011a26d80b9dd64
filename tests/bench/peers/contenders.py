"""Who is measured beside our worker, and how each is started."""

from __future__ import annotations

from tests.bench.contender import ONE_A_CALL, OURS, Contender
from tests.bench.peers.installation import CLASSES, CONNECTORS, JARS, PYTHON


def _in_python(name: str, title: str, file: str) -> Contender:
    return Contender(name=name, title=title, command=(str(PYTHON), str(CONNECTORS / file)), has_probe=False)


PARALLEL_CONSUMER = Contender(
    name="parallel-consumer",
    title="Confluent Parallel Consumer (Java)",
    command=("java", "-Xmx256m", "-XX:+UseSerialGC", "-cp", f"{CLASSES}:{JARS}/*", "ParallelConsumer"),
    has_probe=False,
)
PEERS = (
    PARALLEL_CONSUMER,
    _in_python("arroyo", "Arroyo (threads)", "arroyo_strategy.py"),
    _in_python("gather", "aiokafka and gather", "gather_loop.py"),
    _in_python("quix", "Quix Streams (sink)", "quix_sink.py"),
    _in_python("faststream", "FastStream", "faststream_app.py"),
)
ALL = (OURS, ONE_A_CALL, *PEERS)
BY_NAME = {each.name: each for each in ALL}
