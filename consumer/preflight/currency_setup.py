"""
Currencies: the base currency of an account without Multiple Currencies, and decimals for Lago's amounts.
"""

from __future__ import annotations

from collections.abc import Iterator

from consumer.config.connection import Connection
from consumer.mapping import money
from consumer.preflight import menu_paths, role
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding, ok, unknown
from schemas.reading import CurrencyFound

NETSUITE_DECIMALS = (0, 2)
"""The decimals that a currency can have in NetSuite (Oracle section_N1397831)."""
_WITHOUT_DECIMALS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
)  # fmt: skip
_OF_THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_ISO_DECIMALS = dict.fromkeys(_WITHOUT_DECIMALS, 0) | dict.fromkeys(_OF_THREE, 3) | {"CLF": 4, "UYW": 4}
"""ISO 4217's minor units where they are not two."""


def ids(connection: Connection) -> tuple[str, ...]:
    """The currencies that the mapping names."""
    return tuple(dict.fromkeys(connection.mapping.currencies.values()))


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """Whether the account has the mapped currencies, and whether their decimals are those of ISO 4217."""
    if not facts.has("MULTICURRENCY"):
        yield from _single(connection, facts)
    if not role.sees(facts, "currencies"):
        return
    wrong = list(_decimals(connection, facts))
    yield from wrong
    known = [one for one in facts.health.currencies.values() if one and one.decimals is not None]
    if connection.mapping.currencies and not known:
        says = "NetSuite does not tell how many decimals its currencies have"
        yield unknown("currency_decimals", says, menu=menu_paths.CURRENCIES)
    elif known and not wrong:
        yield ok("currency_decimals", "mapped currencies have the decimals of ISO 4217")


def _single(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """Without the feature there is only the base currency; it can be loaded but not searched."""
    mapped = connection.mapping.currencies
    found = {symbol: facts.health.currencies.get(id_) for symbol, id_ in mapped.items()}
    others = [symbol for symbol, one in found.items() if one is None or not one.is_base]
    is_known = any(found.values())
    if mapped and not is_known and len(mapped) == 1:
        says = "the account has one currency, and NetSuite does not tell which"
        yield unknown("feature.MULTICURRENCY", says, menu=menu_paths.COMPANY)
    elif others:
        base = next((symbol for symbol in found if symbol not in others), None)
        named = f"its base currency {base}" if base else "its base currency"
        yield Finding(
            id="feature.MULTICURRENCY",
            status="fail",
            says=f"the account has only {named}, and mapping.currencies names {', '.join(others)}",
            menu=menu_paths.FEATURES,
            fix="switch on Multiple Currencies, or leave only the base currency in mapping.currencies",
            where=connection.at(f"mapping.currencies.{others[0]}"),
        )
    for symbol, one in found.items():
        if one is not None and one.is_base and one.symbol and one.symbol != symbol:
            yield _other_symbol(connection, symbol, one)


def _other_symbol(connection: Connection, symbol: str, one: CurrencyFound) -> Finding:
    path = f"mapping.currencies.{symbol}"
    id_ = connection.mapping.currencies[symbol]
    return Finding(
        id=f"currency.{id_}",
        status="fail",
        says=f"currency {id_} ({path}) is {one.symbol}, not {symbol}",
        menu=menu_paths.COMPANY,
        fix=f"map {one.symbol}, the account's base currency",
        where=connection.at(path),
    )


def _decimals(connection: Connection, facts: Facts) -> Iterator[Finding]:
    for symbol, id_ in connection.mapping.currencies.items():
        one = facts.health.currencies.get(id_)
        if one is None or one.decimals is None or one.symbol not in ("", symbol):
            continue
        iso = _ISO_DECIMALS.get(symbol, 2)
        if one.decimals not in (iso, money.decimals(symbol)):
            yield _mismatch(connection, symbol, one.decimals, iso)


def _mismatch(connection: Connection, symbol: str, decimals: int, iso: int) -> Finding:
    """
    The finding for wrong decimals.

    NetSuite has no setting for more than two decimals; then only amounts that need the third are refused, and
    the finding is a warning.
    """
    is_beyond = iso not in NETSUITE_DECIMALS and decimals == max(NETSUITE_DECIMALS)
    path = f"mapping.currencies.{symbol}"
    says = f"{symbol} has {decimals} decimals in NetSuite, and {iso} by ISO 4217"
    return Finding(
        id=f"currency_decimals.{symbol}",
        status="warn" if is_beyond else "fail",
        says=f"{says}: documents with an amount that needs more are refused" if is_beyond else says,
        menu=menu_paths.CURRENCIES,
        fix="have Lago bill amounts of two decimals"
        if is_beyond
        else f"set Currency Precision to {min(iso, max(NETSUITE_DECIMALS))}, or map another currency",
        where=connection.at(path),
    )
