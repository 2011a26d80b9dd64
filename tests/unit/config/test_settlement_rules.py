"""Settings of credits, voids and refunds that contradict each other are refused when the file is read."""

import pytest

from consumer.config import connections_file
from consumer.errors import ConfigurationError
from tests.support.connection_files import LINE_MODE, settings, yaml_text


def problems(folder, **changes):
    path = folder / "connections.yaml"
    path.write_text(yaml_text(settings(**changes)))
    try:
        connections_file.load(path)
    except ConfigurationError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("sync", [None, {}, {"credit_notes": True}, {"credit_notes": []}])
def test_negative_lines_beside_open_memos_are_refused_with_both_ways_out(tmp_path, sync):
    """The credit would count twice: as the line, and as the memo that nobody closes."""
    found = [one for one in problems(tmp_path, credits="line", sync=sync) if ".credits: " in one]

    assert len(found) == 1
    assert (
        "connections[0].credits: a negative line for a spent credit note counts the credit twice" in found[0]
    )
    assert "credits: apply, or sync.credit_notes: false" in found[0]


def test_negative_lines_without_memos_and_memos_without_lines_are_fine(tmp_path):
    """Either is one credit."""
    assert problems(tmp_path, **LINE_MODE) == ()
    assert problems(tmp_path, credits="apply") == ()
