"""``adopt``: our ids onto documents that another integration wrote; listed first, ``--go`` sets them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from consumer.clock import SystemClock
from consumer.commands import adopt_customers, audit_trail, console_output, shadow_books
from consumer.commands.adopt_customers import CustomerToLink
from consumer.commands.backfill import lago_documents_of
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.commands.reconcile_sides import Sides
from consumer.commands.shadow_customers import ShadowCustomers
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.kafka.cluster import Cluster
from consumer.mapping import identity
from consumer.netsuite.client import Client
from consumer.ops import plain_text
from consumer.outcome import AlreadyThere, Delivered, Outcome, Rejected
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.customer_matching import CustomerMatching
from consumer.reconcile.identification import TYPES, How, Identification, Identified
from schemas.wire import WriteItem, WriteRequest

DONE, FAILED = 0, 1
SENT_TOGETHER = 100
HOW: dict[How, str] = {
    "external_id": "adopted already",
    "lago_id": "by Lago's id",
    "number": "by the number",
    "applied_to": "by invoice and amount",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        go: set the ids; else only list.
    """

    connection: Connection
    connections: tuple[Connection, ...]
    scope: Scope
    actor: str
    go: bool = False
    as_json: bool = False


@dataclass(slots=True, kw_only=True)
class Adoption:
    """
    One run.

    Attributes:
        adopted: documents whose ids have been set, or were there when it was tried.
        linked: customers whose ids have been set.
        failures: number and reason of those whose ids could not be set.
    """

    identification: Identification = field(default_factory=Identification)
    customers: CustomerMatching = field(default_factory=lambda: CustomerMatching(owners={}))
    adopted: int = 0
    linked: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def chosen(self) -> list[Identified]:
        """The documents to adopt, invoices first."""
        found = [each for each in self.identification.found.values() if not each.is_adopted]
        return sorted(found, key=lambda each: (list(TYPES).index(each.document.kind), each.document.number))

    @property
    def links(self) -> list[CustomerToLink]:
        """The customers to link."""
        return list(adopt_customers.chosen(self.customers))


async def run(settings: Settings, wish: Wish) -> int:
    """
    List what would be adopted, and adopt it with `go`; 1 where an id could not be set.

    Raises:
        ConfigurationError: the connection has no API key, or one of another organisation; or Lago has no
            such customer.
        LagoUnavailableError: Lago does not answer, or the key may not read a list.
        StartupError: NetSuite or Kafka does not answer.
        ContractError: Kafka did not acknowledge the audit record.
    """
    clock, adoption = SystemClock(), Adoption()
    async with (
        lago_documents_of(wish.connection, clock) as documents,
        Client(wish.connection, clock=clock) as client,
    ):
        await documents.check_organization()
        await read(documents, client, wish, adoption)
        if wish.go:
            async with audit_trail.opened(Cluster.of(settings), clock) as trail:
                await mark(client, adoption)
                details = {
                    "documents": str(adoption.adopted),
                    "customers": str(adoption.linked),
                    "refused": str(len(adoption.failures)),
                }
                await trail.append(wish.connection.code, "adopt", actor=wish.actor, details=details)
    show(adoption, wish)
    return FAILED if adoption.failures else DONE


async def read(documents: LagoDocuments, client: Client, wish: Wish, adoption: Adoption) -> None:
    """
    Find the record of each of Lago's documents.

    Raises:
        LagoUnavailableError: Lago does not answer.
        StartupError: NetSuite does not answer.
    """
    identification = adoption.identification
    comparison = Comparison()
    sides = Sides(connection=wish.connection, connections=wish.connections, scope=wish.scope)
    await sides.read_lago(documents, comparison)
    identification.documents.update(comparison.expected)
    async for found in shadow_books.marked(client, wish.connection):
        identification.meet(found)
    async for _ in shadow_books.identify(client, identification, wish.connection):
        pass  # its id is kept
    beside = ShadowCustomers(documents=documents, client=client, ownership=sides.ownership, scope=wish.scope)
    matching = await beside.matched(identification)
    if isinstance(matching, str):
        console_output.complain(f"Customers are not linked: {matching}")
    else:
        adoption.customers = matching


async def mark(client: Client, adoption: Adoption) -> None:
    """Set our ids on the records, customers first; what NetSuite refuses is noted, and the rest is done."""
    await _link(client, adoption)
    chosen = adoption.chosen
    for begin in range(0, len(chosen), SENT_TOGETHER):
        part = chosen[begin : begin + SENT_TOGETHER]
        outcomes = await client.write_many([request_of(each) for each in part])
        for each, outcome in zip(part, outcomes, strict=True):
            reason = _refusal(outcome)
            if reason is None:
                adoption.adopted += 1
            else:
                adoption.failures.append((each.document.number, reason))


async def _link(client: Client, adoption: Adoption) -> None:
    links = adoption.links
    for begin in range(0, len(links), SENT_TOGETHER):
        part = links[begin : begin + SENT_TOGETHER]
        outcomes = await client.write_many([adopt_customers.request_of(each) for each in part])
        for each, outcome in zip(part, outcomes, strict=True):
            reason = _refusal(outcome)
            if reason is None:
                adoption.linked += 1
            else:
                adoption.failures.append((f"customer {each.customer.number}", reason))


def request_of(found: Identified) -> WriteRequest:
    """The request that sets Lago's id and our external id on a record, and nothing else."""
    document = found.document
    item = WriteItem(
        ref="1",
        mode="adopt",
        external_id=document.external_id,
        internal_id=found.internal_id,
        lago_id=document.lago_id,
        version="",
        fingerprint=identity.fingerprint([document.external_id]),
        record={"type": TYPES[document.kind]},
    )
    return WriteRequest(request_id=identity.request_id((item,)), items=(item,))


def _refusal(outcome: Outcome) -> str | None:
    match outcome:
        case Delivered() | AlreadyThere():
            return None
        case Rejected(code=code, message=message):
            return f"{code}: {message}"
        case _:
            return f"{type(outcome).__name__}: {getattr(outcome, 'reason', '')}; run it again"


def show(adoption: Adoption, wish: Wish) -> None:
    """Print the run."""
    if wish.as_json:
        console_output.say_json(as_json(adoption, wish))
        return
    for line in lines_of(adoption, wish):
        console_output.say(plain_text.one_line(line))


def lines_of(adoption: Adoption, wish: Wish) -> Iterator[str]:
    """What is found, what is not, and one sentence at the end."""
    identification = adoption.identification
    yield from adopt_customers.lines_of(adoption.customers)
    counts = Counter((each.document.kind, each.how) for each in identification.found.values())
    for (kind, how), count in sorted(counts.items()):
        yield f"{kind.replace('_', ' ')}s: {count} {HOW[how]}"
    for document in identification.missing():
        why = "several records fit" if document.external_id in identification.ambiguous else "not in NetSuite"
        yield f"{document.kind.replace('_', ' ')} {document.number}: {why}"
    yield from (f"{number}: {reason}" for number, reason in adoption.failures)
    count, links = len(adoption.chosen), len(adoption.links)
    if wish.go:
        linked = f"{adoption.linked} customers and " if adoption.linked else ""
        yield f"{linked}{adoption.adopted} documents adopted, {len(adoption.failures)} refused."
    else:
        linked = f"{links} customers and " if links else ""
        yield f"{linked}{count} documents would be adopted{'; --go adopts them' if count + links else ''}."


def as_json(adoption: Adoption, wish: Wish) -> dict[str, object]:
    """Everything, for machines."""
    identification = adoption.identification
    return {
        "connection": wish.connection.code,
        "chosen": [
            {
                "kind": each.document.kind, "number": each.document.number, "lago_id": each.document.lago_id,
                "internal_id": each.internal_id, "how": each.how,
            }
            for each in adoption.chosen
        ],
        "customers": [
            {
                "number": each.customer.number, "lago_id": each.customer.lago_id,
                "internal_id": each.record.internalId, "how": each.how,
            }
            for each in adoption.links
        ],
        "missing": [each.external_id for each in identification.missing()],
        "ambiguous": sorted(identification.ambiguous),
        "adopted": adoption.adopted if wish.go else None,
        "linked": adoption.linked if wish.go else None,
        "failures": [{"number": number, "reason": reason} for number, reason in adoption.failures],
    }  # fmt: skip
