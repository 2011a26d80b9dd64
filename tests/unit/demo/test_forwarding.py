"""What stands before a port of this machine hands on bytes, ends and failures, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from consumer.demo import forwarding
from consumer.errors import StartupError
from consumer.sandbox.broker import free_port

HERE = "127.0.0.1"
LIMIT_S = 10


async def in_capitals(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers with what came, once the other side has said all."""
    writer.write((await reader.read()).upper())
    writer.close()


async def asked(port: int, text: bytes) -> bytes:
    async with asyncio.timeout(LIMIT_S):
        reader, writer = await asyncio.open_connection(HERE, port)
        writer.write(text)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
        return answer


async def test_what_is_sent_arrives_and_the_answer_comes_back():
    """Also when one side has ended and the other has not; more than one chunk, and several at once."""
    to, port = free_port(), free_port()
    text = b"a" * (forwarding.CHUNK_BYTES * 3 + 1)
    async with await asyncio.start_server(in_capitals, HERE, to), forwarding.serving(port, to):
        assert await asyncio.gather(asked(port, text), asked(port, b"b")) == [text.upper(), b"B"]


async def test_a_connection_to_nobody_is_closed():
    """And the next one, when somebody listens, is not."""
    to, port = free_port(), free_port()
    async with forwarding.serving(port, to):
        assert await asked(port, b"a") == b""
        async with await asyncio.start_server(in_capitals, HERE, to):
            assert await asked(port, b"a") == b"A"


async def test_a_port_that_is_taken_is_a_sentence():
    """The program ends with it."""
    port = free_port()
    async with await asyncio.start_server(in_capitals, "0.0.0.0", port):
        with pytest.raises(StartupError, match=f"port {port} cannot be listened on"):
            async with forwarding.serving(port, free_port()):
                pass
