"""The demo's NetSuite sandbox, which starts before all else: it is ready once the rest is imported."""

from __future__ import annotations

import re
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from consumer.demo.customers import EXISTING_CUSTOMER_ID
from consumer.demo.process import Program
from consumer.errors import StartupError
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.profile import Profile

ORIGIN = re.compile(r"http://127\.0\.0\.1:\d+")
EXISTING_CUSTOMER = {
    "entityid": "Lakeshore",
    "companyname": "Lakeshore (typed in by hand)",
    "isperson": "F",
    "subsidiary": "1",
    "currency": "1",
}
"""A customer that exists in NetSuite before the first sync; Lago links to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """
    What of the demo runs already.

    Attributes:
        folder: for the books, and for logs and the connections file of the other processes.
        sandbox: started, not yet ready.
    """

    folder: Path
    sandbox: Program


@contextmanager
def begun() -> Iterator[Begun]:
    """
    Start the sandbox in a folder of its own, which stays; it is stopped at the end of the block.

    Raises:
        StartupError: the books have records already.
    """
    # Until the event loop handles it, the signal must not leave the sandbox behind.
    handler = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="lago-netsuite-demo-"))
    sandbox = started(folder)
    try:
        yield Begun(folder=folder, sandbox=sandbox)
    finally:
        sandbox.stop_now()
        signal.signal(signal.SIGTERM, handler)


def started(folder: Path) -> Program:
    """
    Start the sandbox on a free port without waiting for it.

    Raises:
        StartupError: the books have records already.
    """
    books = folder / "books.sqlite"
    create_existing_customer(books)
    sandbox = Program(
        "sandbox", "--port", "0", "--state", str(books), log_file=folder / "sandbox.log", environment={}
    )
    sandbox.start()
    return sandbox


async def origin_of(sandbox: Program) -> str:
    """
    The origin of the sandbox, which its first line of output contains, once it is ready.

    Raises:
        StartupError: it does not become ready; the message has the end of its log.
    """
    origin = await sandbox.until_printed(ORIGIN)
    sandbox.ready_url = f"{origin}/healthz"
    await sandbox.until_ready()
    return origin


def create_existing_customer(books: Path) -> None:
    """
    Create the sandbox's books with the one customer to which Lago links.

    Raises:
        StartupError: the books have records already.
    """
    account = Account.open(Profile.load(), books)
    try:
        made = account.books.insert("entity", "customer", EXISTING_CUSTOMER, {})
    finally:
        account.close()
    if str(made.id) != EXISTING_CUSTOMER_ID:
        raise StartupError(
            f"the sandbox's first customer is {made.id}, and the story links {EXISTING_CUSTOMER_ID}"
        )
