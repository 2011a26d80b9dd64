"""What is shown of connections.yaml has no secret, and what is made of it has all of them again."""

from __future__ import annotations

import pytest

from consumer.config import masked_text
from consumer.config.masked_text import MaskedText
from consumer.config.yaml_source import Problem

SECRET = "planted-s3cret"
FILE = f"""\
# api_key: {SECRET}-old
connections:
  - code: netsuite-eu
    restlet_url: https://ada:{SECRET}@127.0.0.1/x?script=1
    auth:
      type: oauth2
      client_id: env:CLIENT
      certificate_id: "{SECRET}"  # the sandbox's
      private_key: &key |
        -----BEGIN {SECRET}
        {SECRET}
    lago: {{api_key: !!str {SECRET}, webhook_hmac_key: *key}}
    webhooks:
      - {{id: finance, secret: {SECRET}1, signing_key: file:/run/key}}
      - secret: 12345678
"""


def masked(text: str) -> MaskedText:
    found = masked_text.of(text)
    assert isinstance(found, MaskedText)
    return found


def test_no_secret_is_left_and_references_stay():
    """Of values, blocks, aliases, addresses and comments."""
    shown = masked(FILE)

    assert SECRET not in shown.text
    assert "12345678" not in shown.text
    for kept in ("env:CLIENT", "file:/run/key", "&key masked:", "*key", "# the sandbox's", "!!str masked:"):
        assert kept in shown.text
    assert len(shown.secrets) == 7


def test_an_edited_text_has_them_again_wherever_their_lines_are_now():
    """Byte for byte where nothing was changed."""
    shown = masked(FILE)

    assert shown.restored(shown.text) == FILE
    edited = shown.text.replace("    webhooks:", "    concurrency: 7\n    webhooks:")
    assert shown.restored(edited) == FILE.replace("    webhooks:", "    concurrency: 7\n    webhooks:")


def test_a_number_that_stands_for_nothing_is_a_problem_of_its_line():
    """A file that was written anew would have it as the secret itself."""
    shown = masked("auth:\n  token_secret: abc\n")

    assert [each.line for each in shown.unknown(shown.text + "  client_id: masked:2\n")] == [3]
    assert list(shown.unknown(shown.text)) == []


def test_a_file_that_has_the_word_itself_gets_another_one():
    """So that only what was masked is restored."""
    text = "auth:\n  token_secret: abc\nname: masked:1\n"
    shown = masked(text)

    assert "masked_:1" in shown.text
    assert shown.restored(shown.text) == text


@pytest.mark.parametrize("text", ["a: [", "a: b\n  c: d", "[" * 2_000, "a: \x00"])
def test_what_is_no_yaml_is_not_shown(text):
    """Its secrets cannot be found."""
    assert isinstance(masked_text.of(text), Problem)


def test_a_yaml_bomb_is_masked_in_no_time():
    """Each node is visited once."""
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))

    assert masked(f"l0: &l0 x\n{levels}secret: *l29\n").secrets == ("x",)
