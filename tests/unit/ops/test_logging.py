"""One event a line, for machines or people, and never a secret."""

import io
import json
import logging as standard

import pytest
import structlog

from consumer.ops import logging


@pytest.fixture
def lines():
    """Configures logging on a buffer; gives back what was written, parsed."""
    stream = io.StringIO()
    root = standard.getLogger()
    before = (root.handlers[:], root.level)
    logging.configure(level="info", form="json", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], _ = before
    root.setLevel(before[1])
    structlog.reset_defaults()


def test_an_event_is_one_line_of_json(lines):
    """The name is constant, data are keywords, and there is a time and a level."""
    structlog.get_logger("t").info("record_settled", outcome="written", took_s=0.2)

    (line,) = lines()
    assert line["event"] == "record_settled"
    assert (line["level"], line["outcome"], line["took_s"]) == ("info", "written", 0.2)
    assert line["timestamp"].endswith("Z")


def test_what_is_below_the_level_is_not_written(lines):
    structlog.get_logger("t").debug("poll")

    assert lines() == []


def test_lines_of_libraries_take_the_same_form(lines):
    """Their text is the event; their logger's name is kept."""
    standard.getLogger("some.library").warning("retrying %s", "x")

    (line,) = lines()
    assert (line["event"], line["logger"], line["level"]) == ("retrying x", "some.library", "warning")


def test_libraries_that_speak_about_every_request_are_quiet(lines):
    standard.getLogger("httpx").info("HTTP Request: POST https://example.com")

    assert lines() == []


def test_the_web_server_does_not_speak_of_its_start(lines):
    """Our own event has the address; theirs has colours in it."""
    standard.getLogger("uvicorn.error").info("Started server process [%d]", 1)

    assert lines() == []


def test_a_command_that_ends_by_itself_logs_errors_only(lines, capsys):
    """On standard error, and nothing of what aiokafka meets on its way."""
    logging.be_quiet()
    standard.getLogger("aiokafka.cluster").error("Unable connect to node")
    structlog.get_logger("t").warning("input_topics_differ_in_partitions")
    structlog.get_logger("t").error("page_lost")
    standard.getLogger("aiokafka").setLevel(standard.WARNING)

    printed = capsys.readouterr()
    assert (printed.out, lines()) == ("", [])
    assert [json.loads(line)["event"] for line in printed.err.splitlines()] == ["page_lost"]


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "client_secret",
        "Authorization",
        "private_key",
        "api_key",
        "token",
        "access_token",
        "token_id",
    ],
)
def test_what_has_the_name_of_a_secret_is_masked(lines, name):
    """At any depth, whatever the value."""
    structlog.get_logger("t").info("connected", **{name: "hunter2", "nested": {"a": [{name: "hunter2"}]}})

    assert lines()[0][name] == "********"
    assert "hunter2" not in json.dumps(lines())


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hunter2abc",
        'OAuth realm="1", oauth_token="hunter2", oauth_signature="hunter2%3D"',
        "oauth_token=hunter2&oauth_signature=hunter2",
        "whsec_hunter2aGVsbG8=",
        "eyJhbGciOi.hunter2.c2ln",
        "postgres://user:hunter2@host/db",
        "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2",
    ],
)
def test_what_looks_like_a_secret_is_masked_wherever_it_stands(text):
    """Messages of libraries and of NetSuite quote what was sent."""
    masked = logging.scrubbed(f"before {text} after")

    assert masked.startswith("before ")
    assert "hunter2" not in masked


def test_an_exception_is_written_without_its_secrets(lines):
    """A traceback is one text of the same line."""
    structlog.get_logger("t").error("call_failed", exc_info=ValueError("refused: Bearer hunter2"))

    (line,) = lines()
    assert "ValueError: refused: Bearer ********" in line["exception"]


def test_ordinary_words_are_left_alone():
    """A mask without need hides what an operator looks for."""
    text = "lago.invoices/3/42 of lane invoice:5f at https://example.com:443/path"

    assert logging.scrubbed(text) == text


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_text_from_outside_does_not_act_on_the_terminal_that_shows_the_log(form):
    stream = io.StringIO()
    logging.configure(level="info", form=form, stream=stream)
    structlog.get_logger().info("invoice_written", number="ACM\x9b2J\x1b]0;x\x07\u202e\ud800")

    shown = stream.getvalue().rstrip("\n")
    assert "ACM" in shown
    assert not set(shown) & set("\x9b\x07\u202e\ud800")
    assert "\x1b]" not in shown
