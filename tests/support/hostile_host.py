"""A server process with hostile responses: endless, too large, or decompression bombs."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import zlib

MEBIBYTE = 1024 * 1024
BOMB_MEBIBYTES = 512


def bomb() -> bytes:
    """Half a gibibyte of zeros as half a megabyte of gzip."""
    press = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join(press.compress(bytes(MEBIBYTE)) for _ in range(BOMB_MEBIBYTES)) + press.flush()


async def _answer(writer: asyncio.StreamWriter, kind: str, bombed: bytes) -> None:
    status, _, kind = kind.rpartition("-")
    head = f"HTTP/1.1 {status or 200} X\r\nContent-Type: application/json\r\n".encode()
    match kind:
        case "bomb":
            length = f"Content-Encoding: gzip\r\nContent-Length: {len(bombed)}\r\n\r\n".encode()
            writer.write(head + length + bombed)
        case "headers":
            writer.write(head)
            while True:
                writer.write(b"X-Filling: " + b"x" * 8_000 + b"\r\n")
                await writer.drain()
        case "large":
            writer.write(head + f"Content-Length: {100 * MEBIBYTE}\r\n\r\n".encode())
            for _ in range(100):
                writer.write(b" " * MEBIBYTE)
                await writer.drain()
        case "trickle":
            writer.write(head + b"\r\n")
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        case _:
            writer.write(head + b"\r\n")
            while True:
                writer.write(b" " * 65_536)
                await writer.drain()
    await writer.drain()


async def _serve() -> None:
    bombed = bomb()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await reader.readuntil(b"\r\n\r\n")
            kind = request.split(b" ")[1].decode().split("/")[1]
            await _answer(writer, kind, bombed)
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
