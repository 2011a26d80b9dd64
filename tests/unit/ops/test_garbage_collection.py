"""Python's garbage collector at the start of a command, and while records are processed."""

import gc

import pytest

from consumer import cli
from consumer.ops import garbage_collection


@pytest.fixture(autouse=True)
def _as_before():
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_modules_are_imported_without_a_search_after_every_700_objects(capsys):
    """A start makes a hundred thousand objects that stay."""
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out.startswith("lago-netsuite ")
    assert gc.get_threshold()[0] == garbage_collection.STARTING_OBJECTS


def test_what_is_there_at_the_start_is_never_searched_again():
    """Code and settings stay; records are searched for cycles more often than modules were."""
    garbage_collection.begin()
    garbage_collection.settle()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == garbage_collection.YOUNG_OBJECTS
