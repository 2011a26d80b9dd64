"""The stream of `relay` that ends failures by the results of later events."""

from __future__ import annotations

from contextlib import AsyncExitStack
from random import SystemRandom

from consumer.commands import relay_results
from consumer.config.settings import Settings
from consumer.kafka.growing_topic import GrowingTopic
from consumer.limits.permits import PermitPool
from consumer.record import Publish
from consumer.relay.failure_ends import FailureEnds
from consumer.stream.stream import Stream
from consumer.stream.stream_spec import ProcessContext
from consumer.stream.supervision import SupervisedStream
from schemas import error_event

NAME = "failure-ends"
GROUP = "relay..failure-ends"
"""No id of an endpoint begins with a dot, and groups of the relay are known by their prefix."""


def stream(
    settings: Settings, publish: Publish, context: ProcessContext, stack: AsyncExitStack
) -> SupervisedStream:
    """The stream; its reader of the error topic is closed with the stack."""

    def make() -> Stream:
        topic = GrowingTopic(context.cluster, error_event.TOPIC)
        stack.push_async_callback(topic.aclose)
        ends = FailureEnds(topic.news, publish, context.clock)
        spec = relay_results.spec_of(settings, NAME, permits=1, group=GROUP)
        permit_pool = PermitPool(cap=1, clock=context.clock, jitter=SystemRandom().random)
        return Stream(spec, context, permit_pool=permit_pool, deliver=ends.deliver, give_up=ends.give_up)

    return SupervisedStream(name=NAME, make=make)
