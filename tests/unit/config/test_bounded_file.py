"""A file that is too large, or an endless stream, is not read into memory."""

import io
from pathlib import Path

import pytest

from consumer.config import bounded_file, connections_file
from consumer.config.secret import Secret
from consumer.errors import ConfigurationError


def test_a_file_at_its_limit_is_read_and_one_byte_more_is_not(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 1024)
    assert bounded_file.read_bytes(file, 1024) == b"x" * 1024

    file.write_bytes(b"x" * 1025)
    with pytest.raises(OSError, match="it is larger than 1 KiB"):
        bounded_file.read_bytes(file, 1024)


def test_a_device_without_end_is_not_read_to_it():
    with pytest.raises(OSError, match="it is larger than 64 KiB"):
        bounded_file.read_text(Path("/dev/zero"), bounded_file.SECRET_LIMIT_BYTES)


def test_a_stream_without_end_is_not_read_to_it():
    with pytest.raises(OSError, match="larger"):
        bounded_file.read_stream(io.BytesIO(b"x" * 2048), 1024, name="standard input")


def test_a_secret_that_is_too_large_or_no_text_is_named(tmp_path):
    file = tmp_path / "key.pem"
    file.write_bytes(b"x" * (bounded_file.SECRET_LIMIT_BYTES + 1))
    with pytest.raises(LookupError, match=f"file {file} cannot be read: it is larger than 64 KiB"):
        Secret(f"file:{file}").reveal()

    file.write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(LookupError, match=f"file {file} is not UTF-8 text"):
        Secret(f"file:{file}").reveal()


def test_a_connections_file_that_is_too_large_is_one_sentence(tmp_path):
    file = tmp_path / "connections.yaml"
    file.write_bytes(b"#" * (bounded_file.CONFIGURATION_LIMIT_BYTES + 1))

    with pytest.raises(ConfigurationError) as refused:
        connections_file.load(file)

    assert list(refused.value.problems) == [f"{file} cannot be read: it is larger than 4096 KiB"]
