"""How deeply JSON may nest is the same under every Python."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.ingest.routing_keys import outline
from consumer.netsuite import response_body
from schemas import envelope, nesting, wire
from schemas.envelope import Envelope, Undecodable
from schemas.nesting import MAX_LEVELS
from tests.support import lago

TEXTS = st.text(st.sampled_from('[]{}"\\a'), max_size=6)
JSON = st.recursive(
    st.none() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=20,
)


def depth(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def wrapped(text: bytes, levels: int) -> bytes:
    return b'{"a":[' * (levels // 2) + text + b"]}" * (levels // 2)


@given(JSON, st.integers(0, 60), st.booleans())
def test_brackets_within_texts_do_not_count_and_all_others_do(value, pairs, are_escaped):
    """Whatever the texts hold: brackets, quotes, backslashes."""
    inner = json.dumps(value, ensure_ascii=are_escaped).encode()
    text = wrapped(inner, 2 * pairs)

    assert nesting.is_too_deep(text) is (depth(value) + 2 * pairs > MAX_LEVELS)


def nested(levels: int) -> bytes:
    """An event whose deepest value lies so many levels down."""
    event = lago.event("invoice.created", lago.invoice() | {"file_url": "HERE"})
    return json.dumps(event).encode().replace(b'"HERE"', b"[" * (levels - 2) + b"]" * (levels - 2))


def test_an_event_nests_as_deeply_as_the_limit_says_and_no_deeper():
    """In ingest as in the worker: ingest accepts nothing that the worker cannot decode."""
    good, bad = nested(MAX_LEVELS), nested(MAX_LEVELS + 1)

    assert isinstance(envelope.decode(good), Envelope)
    assert not isinstance(outline(good), Undecodable)
    for told in (envelope.decode(bad), outline(bad)):
        assert told == Undecodable(reason="not_json", message="not JSON: nested too deeply")


@pytest.mark.parametrize("levels", [MAX_LEVELS + 1, 1_500, 50_000])
def test_an_answer_that_nests_too_deeply_is_unreadable(levels):
    """Lago's as NetSuite's; whatever the decoder itself could bear."""
    text = b"[" * levels + b"]" * levels

    with pytest.raises(ValueError, match="nested too deeply"):
        wire.loads(text)
    with pytest.raises(ValueError, match="nested too deeply"):
        wire.loads(text.decode())
    assert isinstance(response_body.read(b'{"v":1,"items":' + text + b"}"), response_body.Unreadable)
