"""Any request has one of the responses, never an exception, and only signed bodies are produced to Kafka."""

import asyncio
import json

from hypothesis import given
from hypothesis import strategies as st

from consumer.ingest.response import STATUS
from consumer.lago.signatures import hmac_signature
from tests.support import lago
from tests.support.webhooks import CODE, HMAC_KEY, SIGNER, House

EVENT = lago.event("invoice.created", lago.invoice())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["webhook_type", "object_type", "organization_id", "invoice", "customer"])
BODIES = st.one_of(
    st.binary(max_size=300),
    JSON.map(lambda value: json.dumps(value).encode()),
    # Half a surrogate pair is written as an escape, as a sender could.
    st.dictionaries(KEYS, JSON).map(lambda changes: json.dumps(EVENT | changes).encode()),
    st.just(lago.body(EVENT)),
)
HEADER_BYTES = st.binary(max_size=60).filter(lambda value: b"\r" not in value and b"\n" not in value)
NAMES = st.sampled_from(
    [
        b"content-type",
        b"x-lago-signature",
        b"x-lago-signature-algorithm",
        b"x-lago-unique-key",
        b"traceparent",
        b"tracestate",
        b"content-length",
    ]
)
GOOD = [(b"content-type", b"application/json"), (b"x-lago-unique-key", b"k")]


def posted(body, headers, path=f"/lago/{CODE}"):
    """The status and JSON of the answer, and the events that reached Kafka."""
    house, sent = House(), []
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    asyncio.run(house.app(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"]), house.events


def is_one_of_ours(status, content):
    return status in STATUS.values() and ("error" in content) == (status != 202) and all(content.values())


@given(st.binary(max_size=300), st.lists(st.tuples(NAMES, HEADER_BYTES), max_size=8), st.text(max_size=20))
def test_no_request_ends_in_an_exception(body, headers, name):
    """Headers, body and path of any bytes; nothing unsigned reaches Kafka."""
    for path in (f"/lago/{CODE}", f"/lago/{name}", name):
        status, content, events = posted(body, [*headers, *GOOD], path)

        assert is_one_of_ours(status, content)
        assert status not in {202, 500}
        assert events == []


@given(BODIES)
def test_no_signed_body_ends_in_an_exception(body):
    """Every signed body gets a response; accepted ones reach Kafka byte by byte."""
    headers = [
        *GOOD,
        (b"x-lago-signature", hmac_signature(body, HMAC_KEY).encode()),
        (b"x-lago-signature-algorithm", b"hmac"),
    ]

    status, content, events = posted(body, headers)

    assert is_one_of_ours(status, content)
    assert [event.value for event in events] in ([], [body])
    assert len(events) == (content == {"status": "produced"})


TOKEN = SIGNER.token(lago.body(EVENT))
SEGMENT = st.text("abcdefgABCDEFG0123456789-_=.", max_size=40)
TOKENS = st.one_of(
    st.tuples(SEGMENT, SEGMENT, SEGMENT).map(".".join),
    st.text(max_size=60),
    st.integers(0, len(TOKEN) - 1).map(lambda cut: TOKEN[:cut]),
    JSON.map(lambda header: ".".join([_segment(header), *TOKEN.split(".")[1:]])),
    st.dictionaries(st.sampled_from(["alg", "b64", "crit", "kid", "typ", "jwk"]), JSON).map(
        lambda header: ".".join([_segment({"alg": "RS256"} | header), *TOKEN.split(".")[1:]])
    ).filter(lambda token: token != TOKEN),
)  # fmt: skip


def _segment(value):
    from joserfc.util import json_b64encode  # noqa: PLC0415 - only here

    return json_b64encode(value).decode()


@given(TOKENS)
def test_no_token_but_lagos_is_let_in(token):
    """Tokens that are cut, repaired or invented are refused."""
    headers = [*GOOD, (b"x-lago-signature-algorithm", b"jwt")]
    headers.append((b"x-lago-signature", token.encode("utf-8", "replace")))

    status, content, events = posted(lago.body(EVENT), headers)

    assert (status, events) == (401, [])
    assert is_one_of_ours(status, content)
