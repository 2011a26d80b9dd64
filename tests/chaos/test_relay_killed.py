"""A relay killed after a post and before the commit."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import Response

from consumer.config.settings import env_name
from consumer.record import Source
from consumer.sandbox.broker import free_port
from tests.chaos.event_feed import until
from tests.integration import failed_events, running_programs
from tests.integration.receiver import SECRET, receiver
from tests.integration.worker_under_test import TOPIC, stage
from tests.support import connection_files

pytestmark = pytest.mark.kafka


async def test_row_22_a_relay_killed_after_the_post_and_before_the_commit_posts_again_under_one_id(
    tmp_path, bootstrap_servers, topic_prefix
):
    """It is killed while the endpoint is still responding; the receiver sees the same webhook-id twice."""
    running: list[running_programs.Worker] = []

    def kill_the_first(_: object) -> Response:
        if running:
            running.pop().process.kill()
        return Response(status_code=204)

    async with (
        stage(bootstrap_servers, topic_prefix) as on_kafka,
        receiver(answer=kill_the_first) as endpoint,
    ):
        webhook = {"id": "finance", "url": endpoint.origin, "secret": SECRET, "allow_http": True}
        environment = running_programs.environment(
            tmp_path,
            bootstrap_servers=bootstrap_servers,
            topic_prefix=topic_prefix,
            connection=connection_files.settings(
                restlet_url="http://127.0.0.1:1/restlet.nl?script=1&deploy=1", webhooks=[webhook]
            ),
            static_membership="true",
        )
        [event] = failed_events.invoices(topic_prefix, 1)
        place = Source(topic=on_kafka.cluster.topic(TOPIC), partition=0, offset=0)
        await on_kafka.publisher.publish(failed_events.failed(event, place))
        for name in ("killed", "next"):
            seen_before = len(endpoint.ids)
            environment |= {env_name("ops_host"): "127.0.0.1", env_name("ops_port"): str(free_port())}
            log_file = tmp_path / f"{name}.log"
            with running_programs.running(["relay"], log_file, environment) as process:
                if name == "killed":
                    running.append(running_programs.Worker(process=process, log_file=log_file, ops=""))
                await until(lambda seen=seen_before: len(endpoint.ids) > seen, because=log_file.read_text())
                if name == "killed":
                    await asyncio.to_thread(process.wait, running_programs.EVENTUALLY_S)

    assert len(endpoint.ids) == 2
    assert len(set(endpoint.ids)) == 1
