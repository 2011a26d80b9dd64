"""One spelling of every kind, whatever the command."""

import pytest
import typer

from consumer import cli
from consumer.backfill.kinds import ORDER
from consumer.commands import object_kinds
from consumer.errors import ConfigurationError


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        (None, ORDER),
        ([], ORDER),
        (["invoices"], ("invoice",)),
        (["invoice"], ("invoice",)),
        (["payments,customers"], ("customer", "payment")),
        (["voids", "customers"], ("customer", "void")),
        (["Credit-Notes , "], ("credit_note",)),
        (["credit note"], ("credit_note",)),
        (["payment_receipt"], ("payment",)),
    ],
    ids=str,
)
def test_a_kind_may_be_plural_or_singular(given, kinds):
    assert object_kinds.chosen(given) == kinds


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["invoices,orders,bills"], "--objects bills, orders: choose of customers, invoices, credit_notes, "),
        ([" , "], "--objects: names none; choose of customers, "),
    ],
)
def test_another_word_is_refused_with_the_choice(given, said):
    with pytest.raises(ConfigurationError) as refused:
        object_kinds.chosen(given)

    assert str(refused.value).startswith(said)


def _with_kinds(group):
    for command in group.commands.values():
        options = [each for each in command.params if "--object" in each.opts or "--objects" in each.opts]
        yield from ((command.name, option) for option in options)
        yield from _with_kinds(command) if hasattr(command, "commands") else ()


def test_every_command_says_kinds_the_same_way():
    """Both spellings of the flag, one help."""
    found = dict(_with_kinds(typer.main.get_command(cli.app)))

    assert {"backfill", "backtest", "list", "replay"} <= set(found)
    assert {tuple(option.opts) for option in found.values()} == {("--objects", "--object")}
    assert len({option.help for option in found.values()}) == 1
