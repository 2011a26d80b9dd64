"""Ids made of names: the same name has the same id, in every process."""

from __future__ import annotations

import hashlib
import uuid


class NameIds:
    """
    UUIDs of version 5 (RFC 9562, 5.5) in one namespace.

    As `uuid.uuid5`, which takes four times as long: it makes a number of the hash, and text of the number.
    """

    def __init__(self, namespace: str) -> None:
        """Name the namespace, by a domain name."""
        self._namespace = uuid.uuid5(uuid.NAMESPACE_DNS, namespace).bytes

    def of(self, name: str) -> str:
        """The id of a name, as text."""
        content = self._namespace + name.encode()
        octets = bytearray(hashlib.sha1(content, usedforsecurity=False).digest()[:16])
        octets[6] = octets[6] & 0x0F | 0x50  # the version
        octets[8] = octets[8] & 0x3F | 0x80  # the variant
        text = octets.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
