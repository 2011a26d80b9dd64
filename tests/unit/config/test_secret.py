"""The printed form of a secret is its reference, never its value."""

import pytest
from pydantic import TypeAdapter, ValidationError

from consumer.config.secret import MASK, Secret

READ = TypeAdapter(Secret)


def test_a_variable_is_read_when_it_is_needed(monkeypatch):
    """Not when the file is read: it may be rotated."""
    secret = Secret("env:LAGO_TEST_SECRET")
    monkeypatch.setenv("LAGO_TEST_SECRET", "s3cret")

    assert secret.reveal() == "s3cret"


def test_a_file_is_read_without_the_line_end_that_editors_add(tmp_path):
    """Mounted secrets often have one."""
    file = tmp_path / "secret"
    file.write_text("s3cret\n")

    assert Secret(f"file:{file}").reveal() == "s3cret"


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_missing_or_empty_file_is_named(tmp_path, content):
    """An empty secret would be refused by the other side, much later."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_text(content)

    with pytest.raises(LookupError, match=f"file {file} is missing or empty"):
        Secret(f"file:{file}").reveal()


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_or_empty_variable_is_named(monkeypatch, value):
    """By name, without a value."""
    monkeypatch.delenv("LAGO_TEST_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("LAGO_TEST_SECRET", value)

    with pytest.raises(LookupError, match="environment variable LAGO_TEST_SECRET is not set"):
        Secret("env:LAGO_TEST_SECRET").reveal()


def test_a_literal_is_itself_and_is_masked_wherever_it_is_printed():
    """Only the sandbox may have one."""
    secret = Secret("s3cret")

    assert secret.is_literal
    assert secret.reveal() == "s3cret"
    assert str(secret) == MASK
    assert "s3cret" not in f"{secret} {secret!r} {[secret]} {READ.dump_json(secret)!r}"


def test_a_reference_is_printed_as_it_stands_in_the_file():
    """It shows where the secret is, and nothing of its value."""
    secret = READ.validate_python("env:NETSUITE_TOKEN_ID")

    assert not secret.is_literal
    assert (str(secret), repr(secret)) == ("env:NETSUITE_TOKEN_ID", "Secret(env:NETSUITE_TOKEN_ID)")
    assert READ.dump_python(secret, mode="json") == "env:NETSUITE_TOKEN_ID"
    assert READ.validate_python(secret) is secret


@pytest.mark.parametrize("wrong", ["", 7, None, ["env:X"]])
def test_what_is_no_text_is_no_secret(wrong):
    """A number in YAML has lost its leading zeros."""
    with pytest.raises(ValidationError):
        READ.validate_python(wrong)
