"""
Rules of connections that types cannot express: addresses, secrets, and conflicts between connections.

They work on the plain values of the file, so that they also report when a key elsewhere is invalid.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from consumer.config.expression import Expression
from consumer.config.loopback import host_of, is_loopback_url
from consumer.config.netsuite_account import normalise_account_id
from consumer.config.yaml_source import Path

SECRETS_OF_AUTH = (
    "client_id",
    "client_secret",
    "certificate_id",
    "private_key",
    "token_id",
    "token_secret",
)
SECRETS_OF_LAGO = ("api_key", "webhook_hmac_key")
SECRETS_OF_WEBHOOK = ("secret", "secret_previous", "signing_key")
ORACLE_RESTLETS = ".restlets.api.netsuite.com"

Fault = tuple[Path, str]


def faults_of(connection: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults of one connection by itself; paths are relative to it."""
    yield from _account(connection)
    yield from _addresses(connection)
    yield from _secrets(connection)
    yield from _lago_api(connection)
    yield from _fees_without_line(connection)


def faults_between(connections: list[Mapping[str, Any]]) -> Iterator[Fault]:
    """The conflicts between connections; paths begin with the index in the list."""
    yield from _repeated(((index, "code"), one.get("code")) for index, one in enumerate(connections))
    yield from _repeated(
        ((index, "webhooks", n, "id"), webhook.get("id"))
        for index, one in enumerate(connections)
        for n, webhook in enumerate(entries(one, "webhooks"))
    )
    yield from _payments_without_owner(connections)


def entries(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The entries of a list; an empty mapping replaces each entry that is not a mapping."""
    found = value.get(key)
    return [one if isinstance(one, dict) else {} for one in found] if isinstance(found, list) else []


def section(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The mapping under a key, empty when there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _account(connection: Mapping[str, Any]) -> Iterator[Fault]:
    url, account_id = _text(connection, "restlet_url"), _text(connection, "account_id")
    if not account_id:
        return
    try:
        account_id = normalise_account_id(account_id)
    except ValueError as error:
        yield ("account_id",), str(error)
        return
    host = host_of(url)
    if host.endswith(ORACLE_RESTLETS) and (label := host.removesuffix(ORACLE_RESTLETS)):
        other = label.replace("-", "_").upper()
        if other != account_id:
            yield ("restlet_url",), f"leads to account {other}, but account_id is {account_id}"


def _addresses(connection: Mapping[str, Any]) -> Iterator[Fault]:
    restlet_url = _text(connection, "restlet_url")
    if restlet_url:
        yield from _plain_http(connection, restlet_url)
        yield from _incomplete_restlet(restlet_url)
    lago = section(connection, "lago")
    for key in ("api_url", "front_url"):
        url = _text(lago, key)
        is_emulated = key == "api_url" and _is_plain_http(connection, url)
        if url and not is_emulated:
            yield from _insecure(("lago", key), url)
    for index, webhook in enumerate(entries(connection, "webhooks")):
        url = _text(webhook, "url")
        if url and webhook.get("allow_http") is not True:
            yield from _insecure(("webhooks", index, "url"), url)


def _plain_http(connection: Mapping[str, Any], restlet_url: str) -> Iterator[Fault]:
    """An account's address must be https://, except for an emulated account with ``allow_http``."""
    is_allowed = connection.get("allow_http") is True
    if is_allowed and connection.get("environment") != "sandbox":
        yield ("allow_http",), "is possible with environment: sandbox only"
    elif is_allowed and host_of(restlet_url).endswith(".netsuite.com"):
        yield ("allow_http",), "is for a NetSuite that is emulated; Oracle's takes https:// only"
    elif not _is_plain_http(connection, restlet_url):
        yield from _insecure(("restlet_url",), restlet_url)


def _is_plain_http(connection: Mapping[str, Any], url: str) -> bool:
    """Whether it is an address without TLS that ``allow_http`` allows."""
    return connection.get("allow_http") is True and url.startswith("http://") and bool(host_of(url))


def _insecure(path: Path, url: str) -> Iterator[Fault]:
    try:
        scheme, has_host = urlsplit(url).scheme, bool(urlsplit(url).hostname)
    except ValueError:
        scheme, has_host = "", False
    if scheme not in {"http", "https"} or not has_host:
        yield path, "is not an address like https://host/path"
    elif scheme == "http" and not is_loopback_url(url):
        yield path, "must begin with https:// (http:// is allowed to this machine only)"


def _incomplete_restlet(url: str) -> Iterator[Fault]:
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return
    missing = [name for name in ("script", "deploy") if not query.get(name)]
    if missing:
        hint = "copy the External URL of the script deployment (…/restlet.nl?script=…&deploy=…)"
        yield ("restlet_url",), f"carries no {' and no '.join(missing)} in its query; {hint}"


def _secrets(connection: Mapping[str, Any]) -> Iterator[Fault]:
    on_this_machine = is_loopback_url(_text(connection, "restlet_url"))
    may_be_literal = connection.get("environment") == "sandbox" and on_this_machine
    for path, value in _given_secrets(connection):
        kind, colon, place = value.partition(":")
        is_reference = bool(colon) and kind in {"env", "file"}
        if is_reference and not place:
            yield path, f"names nothing after {kind}:"
        elif not is_reference and not may_be_literal:
            yield path, _how_to_refer(_text(connection, "code") or "netsuite", path)


def _how_to_refer(code: str, path: Path) -> str:
    parent = f"{path[0]}_" if path[0] == "webhooks" else ""
    name = re.sub(r"\W", "_", f"{code}_{parent}{path[-1]}").upper()
    return (
        f"a secret must not stand in this file; write env:{name} (a variable of the environment) or "
        f"file:/run/secrets/{name.lower()} (a mounted file). A literal is allowed only with "
        "environment: sandbox and a restlet_url on this machine"
    )


def _given_secrets(connection: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    auth, lago = section(connection, "auth"), section(connection, "lago")
    places: list[tuple[Path, Any]] = [(("auth", key), auth.get(key)) for key in SECRETS_OF_AUTH]
    places += [(("lago", key), lago.get(key)) for key in SECRETS_OF_LAGO]
    for n, webhook in enumerate(entries(connection, "webhooks")):
        places += [(("webhooks", n, key), webhook.get(key)) for key in SECRETS_OF_WEBHOOK]
    return ((path, str(value)) for path, value in places if isinstance(value, str | int) and str(value))


def _lago_api(connection: Mapping[str, Any]) -> Iterator[Fault]:
    lago = section(connection, "lago")
    for given, other in (("api_url", "api_key"), ("api_key", "api_url")):
        if lago.get(given) and not lago.get(other):
            yield ("lago", given), f"is of no use without {other} beside it"
    if lago.get("link_back") is True and not lago.get("api_key"):
        yield ("lago", "link_back"), "needs api_url and api_key beside it"
    if lago.get("webhook_public_key") and not (lago.get("webhook_issuer") or lago.get("api_url")):
        yield ("lago", "webhook_public_key"), "is of no use without webhook_issuer beside it"


def _fees_without_line(connection: Mapping[str, Any]) -> Iterator[Fault]:
    mapping = section(connection, "mapping")
    entities = section(mapping, "billing_entities")
    levels: list[tuple[Path, Mapping[str, Any]]] = [(("mapping",), mapping)]
    levels += [(("mapping", "billing_entities", code), section(entities, code)) for code in entities]
    for path, rules in levels:
        for kind, fields in section(rules, "fields").items():
            for name, value in fields.items() if isinstance(fields, dict) else ():
                if not kind.endswith("_line") and _looks_at_fee(value):
                    yield (*path, "fields", kind, name, "expr"), f"looks at fee, which {kind} has none of"


def _looks_at_fee(value: Any) -> bool:
    try:
        return isinstance(value, dict) and "fee" in Expression.model_validate(value).names
    except ValueError:
        return False  # not a valid expression, which the model reports


def _repeated(places: Iterator[tuple[Path, Any]]) -> Iterator[Fault]:
    first: dict[Any, Path] = {}
    for path, value in places:
        if not isinstance(value, str | int):
            continue
        if value in first:
            yield path, f"{value!r} is taken by connections[{first[value][0]}]; each needs its own"
        else:
            first[value] = path


def _payments_without_owner(connections: list[Mapping[str, Any]]) -> Iterator[Fault]:
    # A payment contains neither customer object nor billing entity, so with several connections only a lookup
    # in Lago's API finds its connection.
    by_organization: dict[str, list[int]] = defaultdict(list)
    for index, connection in enumerate(connections):
        if section(connection, "sync").get("payments") not in {False, "false", "no", "off"}:
            by_organization[_text(section(connection, "lago"), "organization_id")].append(index)
    for organization_id, indexes in by_organization.items():
        cause = (
            f"carry payments of organisation {organization_id}, and a payment does not say whose it is: give "
            "each api_url and api_key, or set sync.payments: false"
        )
        for index in indexes if len(indexes) > 1 and organization_id else ():
            lago = section(connections[index], "lago")
            if not (lago.get("api_url") and lago.get("api_key")):
                yield (index, "lago"), f"{len(indexes)} connections {cause}"


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
