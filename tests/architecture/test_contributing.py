"""CONTRIBUTING.md and the file names lead a new reader to the right module: questions with their answers."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "CONTRIBUTING.md"
MAX_GUIDE_LINES = 120
NAMED = sorted(set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|js|yaml|md))`", GUIDE.read_text())))

# Question, the file that answers it, and a public name or text by which the answer is known to be there.
QUESTIONS = [
    ("Where is the tax of a line shared out?", "consumer/mapping/taxes.py", "share_out"),
    (
        "Which tax codes does a line with two taxes get?",
        "consumer/mapping/tax_details.py",
        "details",
    ),
    (
        "What happens when a partition is revoked?",
        "consumer/kafka/rebalance_listener.py",
        "on_partitions_revoked",
    ),
    ("Which answers of NetSuite are retried?", "consumer/netsuite/fault_table.py", None),
    ("What becomes of an HTTP answer of NetSuite?", "consumer/netsuite/response_outcome.py", None),
    ("Who builds the error event?", "consumer/events/outgoing.py", "failure"),
    ("How long has a record been tried, and how often?", "consumer/engine/retry_state.py", None),
    ("When is a record parked, and when given up?", "consumer/engine/backoff.py", "Backoff"),
    ("Which record may run next?", "consumer/engine/engine.py", "Engine"),
    ("How is order kept within an invoice?", "consumer/engine/lanes.py", None),
    ("What does a commit's metadata hold?", "consumer/engine/offset_map.py", None),
    ("How many calls may an account have in flight?", "consumer/limits/permits.py", None),
    ("When does the circuit breaker see too many failures?", "consumer/limits/failure_rate.py", None),
    ("How many records go into one call?", "consumer/limits/batch_size.py", None),
    ("Which rule chose an item?", "consumer/mapping/decision_log.py", None),
    ("Which NetSuite item stands for a fee?", "consumer/mapping/items.py", "item_of_fee"),
    ("What is an invoice's external id in NetSuite?", "consumer/mapping/identity.py", "INVOICE"),
    ("How long may a text be in NetSuite?", "consumer/mapping/field_limits.py", "TextLimit"),
    ("Which connection does an event belong to?", "consumer/pipeline/ownership.py", "Ownership"),
    ("Which events are ignored, and by which rule?", "consumer/pipeline/routing.py", "ROUTES"),
    ("When is Lago's API asked for a customer?", "consumer/pipeline/enrichment.py", None),
    ("In which order are the steps of a record?", "consumer/pipeline/pipeline.py", "Pipeline"),
    ("What does each step of a record do?", "consumer/pipeline/connection_steps.py", "ConnectionSteps"),
    ("What is put around the steps of a record?", "consumer/pipeline/assembly.py", "pipeline_of"),
    (
        "What if our own code fails on a record?",
        "consumer/pipeline/contained_steps.py",
        "contained",
    ),
    ("Where are the spans of a record made?", "consumer/pipeline/traced_pipeline.py", "TracedPipeline"),
    ("Which time zone dates a payment?", "consumer/pipeline/known_zones.py", "KnownZones"),
    ("What is mapped before a permit is free?", "consumer/pipeline/prefetch.py", "Prefetch"),
    ("Where do payments without an event come from?", "consumer/pipeline/invoice_payments.py", None),
    ("Why did a dependency fail, in its error?", "consumer/pipeline/recent_failures.py", "RecentFailures"),
    ("What starts again after it has died?", "consumer/stream/supervision.py", "Supervisor"),
    ("What do all streams of a process share?", "consumer/stream/stream_spec.py", "ProcessContext"),
    ("Where is a link to NetSuite written into Lago?", "consumer/relay/link_back.py", "LinkBack"),
    ("Where does an interrupted backfill continue?", "consumer/backfill/progress.py", "position_of"),
    ("Which webhook stands for a document of Lago's API?", "consumer/events/lago_webhook.py", "webhook_of"),
    ("How does the emulated Lago post its webhooks?", "consumer/sandbox/lago/webhooks.py", None),
    ("How is a webhook of Lago's verified?", "consumer/lago/signatures.py", None),
    ("When does ingest answer 503?", "consumer/ingest/inflight_limit.py", None),
    ("How is an outgoing webhook signed?", "consumer/relay/signing.py", None),
    ("Which addresses may a webhook not be posted to?", "consumer/relay/address.py", None),
    ("Where is connections.yaml read, with its lines?", "consumer/config/connections_file.py", None),
    ("Which settings does the process have?", "consumer/config/settings.py", "Settings"),
    ("What is measured of a stream once a second?", "consumer/stream/monitor.py", None),
]


@pytest.mark.parametrize(
    ("question", "path", "name"), QUESTIONS, ids=[question for question, _, _ in QUESTIONS]
)
def test_a_question_of_a_stranger_has_its_answer_where_the_table_says(question, path, name):
    """The guide and the file names are all that a new reader has."""
    source = (ROOT / path).read_text()

    assert ast.get_docstring(ast.parse(source)), question
    assert name is None or re.search(rf"\b(?:def|class)\s+{name}\b|^{name}\b", source, re.MULTILINE), question


def test_the_guide_is_short():
    """It is read once, whole."""
    assert len(GUIDE.read_text().splitlines()) <= MAX_GUIDE_LINES


@pytest.mark.parametrize(
    "named", sorted(set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|js|yaml|md))`", GUIDE.read_text())))
)
def test_every_file_that_the_guide_names_is_there(named):
    """A guide with paths that do not exist misleads."""
    places = (ROOT, ROOT / "consumer", ROOT / "consumer" / "mapping", ROOT / "consumer" / "pipeline")
    places += (ROOT / "deploy/netsuite/src/FileCabinet/SuiteScripts/lago_netsuite",)

    assert any((place / named).is_file() for place in places), named


def test_every_wing_is_on_the_map():
    """And no wing that is not there."""
    wings = {path.name for path in (ROOT / "consumer").iterdir() if (path / "__init__.py").is_file()}
    mapped = set(re.findall(r"`([a-z_]+)/`", GUIDE.read_text().split("## The way")[0]))

    assert wings <= mapped
