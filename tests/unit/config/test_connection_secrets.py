"""Paths in connections.yaml are relative to that file; those relative to the working directory still work."""

from functools import partial

import pytest

from consumer.config import connection_secrets, connections_file
from tests.support import command_line
from tests.support.connection_files import settings, yaml_text

RELATIVE = settings(lago={"webhook_hmac_key": "file:keys/hmac"})


@pytest.fixture
def file(tmp_path, monkeypatch):
    """connections.yaml in one folder, the process in another."""
    (tmp_path / "process").mkdir()
    monkeypatch.chdir(tmp_path / "process")
    (tmp_path / "configuration").mkdir()
    file = tmp_path / "configuration" / "connections.yaml"
    file.write_text(yaml_text(RELATIVE))
    return file


def put_key(folder, key):
    (folder / "keys").mkdir()
    (folder / "keys" / "hmac").write_text(key)


def key(file):
    [connection] = connections_file.load(file)
    return connection.lago.webhook_hmac_key


def test_a_relative_path_is_relative_to_connections_yaml(file):
    """Also when the working directory has such a file too; nobody is warned."""
    put_key(file.parent, "beside the file")
    put_key(file.parents[1] / "process", "beside the process")

    assert key(file).reveal() == "beside the file"
    assert connection_secrets.of_working_directory(connections_file.load(file)) == []


def test_an_absolute_path_stays_absolute(file, tmp_path):
    (tmp_path / "absolute").write_text("mounted")
    file.write_text(yaml_text(settings(lago={"webhook_hmac_key": f"file:{tmp_path / 'absolute'}"})))

    assert key(file).reveal() == "mounted"


def test_a_path_that_only_the_working_directory_has_works_with_a_warning(file):
    """As all of them did before; the warning names line and setting."""
    put_key(file.parents[1] / "process", "beside the process")

    assert key(file).reveal() == "beside the process"
    [warning] = connection_secrets.of_working_directory(connections_file.load(file))
    assert warning.startswith("connections.yaml:")
    assert "netsuite-eu: lago.webhook_hmac_key: file:keys/hmac is read relative to the working" in warning


def test_commands_print_the_warning(file, capsys, monkeypatch):
    """On standard error; what they print besides stays as it is."""
    put_key(file.parents[1] / "process", "beside the process")
    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(file))
    (file.parents[1] / "process" / "none.json").write_text("[]")

    code, out, err = partial(command_line.called, capsys)("preview", "none.json")

    assert (code, out) == (0, "")
    assert "warning: connections.yaml:" in err


def test_a_file_that_is_nowhere_is_named_beside_connections_yaml(file):
    """There it should be."""
    [missing] = connections_file.unresolved_secrets(connections_file.load(file), ("lago",))

    assert f"file {file.parent / 'keys' / 'hmac'} is missing or empty" in missing
