"""TLS of a client whose certificate is renewed in its files while the process runs."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger(__name__)

Version = tuple[tuple[int, int, int], ...]
"""Which files were read: inode, time of change and size of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """
    Where the client's certificate is.

    Attributes:
        chain: PEM of the certificate and what it is signed by.
        key: PEM of its private key; None when it is in `chain`.
        password: the passphrase of the key; empty for a key that is not encrypted.
    """

    chain: Path
    key: Path | None = None
    password: str = ""

    def version(self) -> Version:
        """
        Changes when a file does, also behind the links of a mounted Secret.

        Raises:
            OSError: a file cannot be read.
        """
        found = (file.stat() for file in (self.chain, self.key) if file is not None)
        return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)

    def load_into(self, context: ssl.SSLContext) -> None:
        """
        Use what the files contain now.

        Raises:
            OSError: a file cannot be read, or is no certificate or key.
        """
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(self.chain, self.key, password=lambda: self.password)


class RenewedContext(ssl.SSLContext):
    """Reads the client's certificate again before a connection when its files have changed."""

    _files: CertificateFiles | None = None
    _version: Version = ()

    def present(self, files: CertificateFiles) -> None:
        """
        Use this certificate, and each that takes its place.

        Raises:
            OSError: it cannot be used.
        """
        version = files.version()
        # A certificate whose key is not there yet would take the place of one that works.
        files.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        files.load_into(self)
        self._files, self._version = files, version

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """As the standard library's, which asyncio calls for each connection."""
        if self._files is not None:
            self._renew(self._files)
        return super().wrap_bio(*args, **options)

    def _renew(self, files: CertificateFiles) -> None:
        try:
            if files.version() != self._version:
                self.present(files)
                log.info("client_certificate_renewed")
        except OSError as error:
            # The files are being replaced, or are wrong: the certificate in use may still be valid.
            log.warning("client_certificate_not_renewed", reason=error.strerror or type(error).__name__)
