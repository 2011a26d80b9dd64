"""The command explains an error code without the documentation."""

import json

import pytest

from consumer.commands.explain import error_code
from schemas.error_codes import ROWS


def said(capsys, code, *, as_json=False):
    error_code.show(error_code.rows(code), as_json=as_json)
    return capsys.readouterr().out


def test_a_code_of_an_error_event_is_explained(capsys):
    """Cause, fix, where and who."""
    lines = said(capsys, "period_closed").splitlines()

    assert lines[0] == "period_closed"
    assert any(line.startswith("  Cause    The document's date lies in a closed") for line in lines)
    assert "  Where    Setup > Accounting > Manage Accounting Periods" in lines
    assert any("TRAN_PERIOD_CLOSED" in line for line in lines)


def test_a_code_of_several_causes_has_a_paragraph_for_each(capsys):
    """A wrong id, and a subsidiary that may not use the right one."""
    assert said(capsys, "invalid_reference").count("  Cause ") == 2


def test_netsuites_own_code_finds_its_row(capsys):
    """As `details.netsuite_code` has it."""
    assert json.loads(said(capsys, "INVALID_TRANS_SUB_ITEM", as_json=True))["code"] == "invalid_reference"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_every_row_can_be_shown(capsys, row):
    """Whatever it reaches."""
    assert said(capsys, row.code)


def test_a_file_of_that_name_is_a_file(tmp_path, monkeypatch):
    """And what is no code is left to be looked for as an event."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conflict").write_text("{}")

    assert error_code.rows("conflict") == ()
    assert error_code.rows("event.json") == ()
