"""The id of a NetSuite account in both forms, and the addresses derived from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType
from urllib.parse import parse_qsl, urlsplit, urlunsplit

AccountId = NewType("AccountId", str)
"""An account id in the form of OAuth's realm: ``1234567_SB1``."""

RESTLET_HOST_SUFFIX = ".restlets.api.netsuite.com"
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 -- an address, not a token
_ACCOUNT_ID = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restlet:
    """
    One deployed RESTlet.

    Attributes:
        url: the address without its query.
        query: all parameters of the address in their order, with `script` and `deploy`.
    """

    url: str
    script: str
    deploy: str
    query: tuple[tuple[str, str], ...]


def normalise_account_id(text: str) -> AccountId:
    """
    Turn either form (``1234567-sb1``, ``1234567_SB1``) into the form of OAuth's realm.

    Hosts are lower case with a hyphen, the realm is upper case with an underscore, and NetSuite does not
    accept one for the other.

    Raises:
        ValueError: the text is not an account id.
    """
    account_id = text.strip().upper().replace("-", "_")
    if not _ACCOUNT_ID.fullmatch(account_id):
        raise ValueError(f"{text!r} is not a NetSuite account id such as 1234567 or 1234567_SB1")
    return AccountId(account_id)


def host_label(account_id: str) -> str:
    """Give the account's part of a host name: ``1234567-sb1``."""
    return normalise_account_id(account_id).lower().replace("_", "-")


def app_url(account_id: str, path: str) -> str:
    """Make the absolute address of a page of the NetSuite user interface from its path."""
    return f"https://{host_label(account_id)}.app.netsuite.com/{path.lstrip('/')}"


def split_restlet_url(restlet_url: str) -> Restlet:
    """
    Split the External URL of a script deployment.

    Raises:
        ValueError: it is not an absolute HTTP address, or has no ``script`` or no ``deploy`` parameter.
    """
    parts = urlsplit(restlet_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"restlet_url {restlet_url!r} is not an absolute https address")
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    named = dict(query)
    missing = [name for name in ("script", "deploy") if not named.get(name)]
    if missing:
        absent = " and no ".join(missing)
        raise ValueError(f"restlet_url has no {absent} parameter; copy the deployment's External URL")
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    return Restlet(url=url, script=named["script"], deploy=named["deploy"], query=query)


def token_url(restlet_url: str) -> str:
    """
    Find the OAuth 2.0 token endpoint that belongs to a RESTlet.

    Oracle serves it from the ``suitetalk`` host of the account (help page section_162686838198); other hosts,
    such as the sandbox, serve it from the RESTlet's origin.
    """
    parts = urlsplit(restlet_url)
    netloc = parts.netloc
    if (parts.hostname or "").endswith(RESTLET_HOST_SUFFIX):
        netloc = (parts.hostname or "").removesuffix(RESTLET_HOST_SUFFIX) + ".suitetalk.api.netsuite.com"
    return urlunsplit((parts.scheme, netloc, TOKEN_PATH, "", ""))
