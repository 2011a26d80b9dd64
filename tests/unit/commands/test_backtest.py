"""`backtest` prints what a changed connections.yaml would book otherwise; it writes nothing."""

import csv
import json

import pytest

from consumer import cli
from consumer.commands import backtest
from tests.support import command_line, connection_files, lago
from tests.support.connection_files import FULL_MAPPING

FEES = [
    lago.fee("charge", code="api_calls", units="10", unit_price="2.5", tax_rate=19),
    lago.fee("charge", code="gpu", units="1", unit_price="7", tax_rate=19),
]
OTHER_ACCOUNT = FULL_MAPPING | {"billable_metrics": {"api_calls": {"id": "811", "account": "4099"}}}


def invoice(number):
    """An invoice event of its own."""
    content = lago.invoice(
        [fee | {"lago_id": lago.id_of("fee", number, fee["lago_id"])} for fee in FEES],
        lago_id=lago.id_of("backtest", number),
        number=number,
    )
    return lago.invoice_event(content=content)


TWO = (invoice("ACM-1"), invoice("ACM-2"))


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command over events in a file; its exit code, and what it prints."""
    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(tmp_path / "connections.yaml"))
    (tmp_path / "connections.yaml").write_text(connection_files.yaml_text(connection_files.settings()))

    def backtest(mapping, *options, events=TWO):
        changed = connection_files.yaml_text(connection_files.settings(mapping=mapping))
        (tmp_path / "changed.yaml").write_text(changed)
        file = tmp_path / "events.jsonl"
        file.write_bytes(b"\n".join(events))
        with command_line.logs_as_before(), pytest.raises(SystemExit) as left:
            cli.main(["backtest", str(file), "--against", str(tmp_path / "changed.yaml"), *options])
        return left.value.code, capsys.readouterr()

    return backtest


def test_nothing_changed_is_exit_code_0(run):
    """The last line says so."""
    code, printed = run(FULL_MAPPING)

    assert code == 0
    last = printed.out.splitlines()[-1]
    assert last == "2 events, 3 documents: no difference. Nothing was written."


def test_one_changed_account_is_exit_code_1_with_its_lines_and_the_same_totals(run):
    """The amounts of the lines move; the documents' totals do not."""
    code, printed = run(OTHER_ACCOUNT)

    lines = printed.out.splitlines()
    assert code == 1
    assert "  Api calls: account 4010, then 4099 (25.00 EUR)" in lines
    assert "Total of invoices at netsuite-eu: 76.16 EUR, unchanged" in lines
    assert lines[-1] == (
        "2 events, 3 documents: 2 differ (2 by account); totals do not change. Nothing was written."
    )
    moved = [line.split() for line in lines if "account" in line and "-50.00" in line]
    assert len(moved) == 1


def test_json_has_the_sums_and_each_difference(run):
    """For pipelines."""
    code, printed = run(OTHER_ACCOUNT, "--json")

    found = json.loads(printed.out)
    assert code == 1
    assert [(each["by"], each["value"], each["change"]) for each in found["sums"]] == [
        ("account", "4010", "-50.00"),
        ("account", "4099", "50.00"),
    ]
    assert [(each["before"], each["after"], each["change"]) for each in found["totals"]] == [
        ("76.16", "76.16", "0.00")
    ]
    assert {(each["number"], each["line"], each["before"], each["after"]) for each in found["changed"]} == {
        ("ACM-1", "Api calls", "4010", "4099"),
        ("ACM-2", "Api calls", "4010", "4099"),
    }


def test_csv_takes_all_differences_and_sums(run, tmp_path):
    """Into a folder that is made."""
    run(OTHER_ACCOUNT, "--csv", str(tmp_path / "out"))

    differences = list(csv.DictReader((tmp_path / "out" / "differences.csv").read_text().splitlines()))
    sums = list(csv.DictReader((tmp_path / "out" / "sums.csv").read_text().splitlines()))
    assert [(row["number"], row["aspect"], row["after"]) for row in differences] == [
        ("ACM-1", "account", "4099"),
        ("ACM-2", "account", "4099"),
    ]
    assert [(row["by"], row["value"], row["change"]) for row in sums] == [
        ("account", "4010", "-50.00"),
        ("account", "4099", "50.00"),
        ("total", "", "0.00"),
    ]


def test_a_document_that_would_be_refused_says_why(run):
    """With the setting to mend."""
    code, printed = run(FULL_MAPPING | {"currencies": {"USD": "1"}})

    assert code == 1
    assert "3 documents: written, then rejected: unknown_currency" in printed.out
    assert "no NetSuite currency is mapped for EUR" in printed.out
    assert printed.out.splitlines()[-1].endswith("totals change. Nothing was written.")


def test_a_wrong_file_is_exit_code_2_with_its_line(run, tmp_path):
    """As `check` says it."""
    code, printed = run(FULL_MAPPING | {"currencies": "EUR"})

    assert code == 2
    assert "changed.yaml:" in printed.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "name files with Lago events, or --topic"),
        (["events.json", "--lago"], "--lago reads Lago's API"),
        (["events.json", "--from", "7d"], "--from and --to go with --topic"),
        (["events.json", "--since", "2026-08-01"], "go with --lago"),
        (["--lago"], "reading Lago needs lago.api_url and lago.api_key at one of netsuite-eu"),
        (["events.json", "--connection", "netsuite-nl"], "no such connection"),
    ],
)
def test_options_that_do_not_go_together_are_said(options, said, tmp_path, monkeypatch, capsys):
    """Before anything is read."""
    file = tmp_path / "connections.yaml"
    file.write_text(connection_files.yaml_text(connection_files.settings()))
    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(file))

    code, _, err = command_line.called(capsys, "backtest", *options, "--against", str(file))

    assert code == 2
    assert said in err


def test_json_lists_no_more_documents_than_fit_into_memory(run, monkeypatch, tmp_path):
    """The rest is counted; the file has all."""
    monkeypatch.setattr(backtest, "LISTED_DOCUMENTS", 2)

    _, printed = run(
        OTHER_ACCOUNT,
        "--json",
        "--csv",
        str(tmp_path),
        events=[invoice(f"ACM-{number}") for number in range(5)],
    )

    found = json.loads(printed.out)
    assert (len(found["changed"]), found["not_listed"], found["differing"]) == (2, 3, 5)
    assert len((tmp_path / "differences.csv").read_text().splitlines()) == 6


def test_a_line_a_document_is_listed_up_to_a_limit(run):
    """The rest is counted, and in the file."""
    code, printed = run(OTHER_ACCOUNT, events=[invoice(f"ACM-{number}") for number in range(23)])

    assert code == 1
    assert "… and 3 more documents; --csv DIR writes all" in printed.out
