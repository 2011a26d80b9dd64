"""
The settings of the process, read once from the environment: all of them, or all errors.

Names have the prefix ``LAGO_NETSUITE_``. A name with the suffix ``_FILE`` reads the value from a mounted
file. The settings of a NetSuite account are in ``connections.yaml`` instead
(`consumer.config.connections_file`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsConfigDict

from consumer.config import bounded_file, problem
from consumer.config.console_settings import ConsoleSettings, Seconds
from consumer.config.kafka_settings import KafkaSettings
from consumer.config.secret import MASK
from consumer.errors import ConfigurationError

PREFIX = "LAGO_NETSUITE_"
FILE_SUFFIX = "_FILE"

# Kubernetes sets variables for every Service of the namespace in every pod: a Service "lago-netsuite" gives
# LAGO_NETSUITE_SERVICE_HOST, LAGO_NETSUITE_PORT=tcp://… and more. They are not settings and not errors.
SERVICE_LINK = re.compile(r"^LAGO_NETSUITE_(\w+_)?(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP))(_\w+)?$")

MEBIBYTE = 1024 * 1024


class Settings(KafkaSettings, ConsoleSettings):
    """
    The settings of a process, frozen; durations in seconds, sizes in bytes.

    Those of Kafka are in `KafkaSettings`, those of ``console`` in `ConsoleSettings`.

    Attributes:
        topic_prefix: prefix of every topic name, so that several deployments can share one cluster.
        ops_port: port of ``/metrics``, ``/healthz`` and ``/readyz``; 0 selects a free one.
        ingest_port: port on which ``ingest`` receives Lago's webhooks; 0 selects a free one.
        ingest_body_limit_bytes: largest body of one webhook.
        ingest_stop_delay_s: how long ``ingest`` accepts new connections after ``/readyz`` has begun to fail.
        log_format: default ``console`` on a terminal and ``json`` elsewhere.
        drain_budget_s: how long a stopping worker waits for calls in flight.
        park_max_age_s: how long a record may stay parked for reasons of its own before it is rejected; not
            for documents that ``closed_period: hold`` holds. Also the budget of a record that fails while
            NetSuite responds to no call, but too few calls fail to open the circuit breaker.
        record_max_age_s: how long a record may fail while NetSuite responds to it or to other records.
        dependency_max_age_s: how long a record may wait for a customer or an invoice that is not in NetSuite.
        retry_after_max_s: the longest wait after a ``Retry-After`` of NetSuite; a longer one is cut to it. An
            outage of the whole account has no budget: its records wait until it ends.
        static_membership: keep the assigned partitions over a restart (KIP-345); needs stable host names.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    connections_file: Path = Path("connections.yaml")
    consumer_group: Annotated[str, Field(min_length=1)] = "lago-netsuite"
    topic_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$")] = ""
    ops_host: str = "0.0.0.0"  # noqa: S104 - probes and Prometheus come from outside of the container
    ops_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    ingest_host: str = "0.0.0.0"  # noqa: S104 - Lago comes from outside of the container
    ingest_port: Annotated[int, Field(ge=0, le=65535)] = 8081
    ingest_body_limit_bytes: Annotated[int, Field(ge=1024, le=16 * MEBIBYTE)] = 5 * MEBIBYTE
    ingest_stop_delay_s: Annotated[float, Field(ge=0, le=600)] = 5.0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] | None = None
    drain_budget_s: Seconds = 25.0
    park_max_age_s: Seconds = 86_400.0
    record_max_age_s: Seconds = 3_600.0
    dependency_max_age_s: Seconds = 21_600.0
    retry_after_max_s: Seconds = 3_600.0
    static_membership: bool = False

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @classmethod
    def load(cls) -> Self:
        """
        Read the settings of this process.

        Raises:
            ConfigurationError: one sentence for each unknown name, unreadable file and invalid value.
        """
        mounted, problems = _mounted(os.environ)
        problems += _unknown(os.environ)
        try:
            settings = cls(**mounted)
        except ValidationError as error:
            problems += _refused(error)
            raise ConfigurationError(problems) from None
        if problems:
            raise ConfigurationError(problems)
        return settings

    def described(self) -> dict[str, str]:
        """Every setting as text by its name in the environment, secrets masked."""
        return {env_name(field): _printable(getattr(self, field)) for field in type(self).model_fields}


def env_name(field: str) -> str:
    """The environment variable of a field of `Settings`."""
    return PREFIX + field.upper()


def _known() -> dict[str, str]:
    return {env_name(field): field for field in Settings.model_fields}


def _mounted(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The values of ``_FILE`` variables by field, and their errors."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, field in _known().items():
        place = environ.get(name + FILE_SUFFIX)
        if not place:
            continue
        if environ.get(name):
            problems.append(f"{name}: is given twice, also as {name}{FILE_SUFFIX}; remove one")
        try:
            values[field] = bounded_file.read_text(Path(place), bounded_file.SECRET_LIMIT_BYTES).strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            problems.append(f"{name}{FILE_SUFFIX}: {place} cannot be read: {reason}")
    return values, problems


def _unknown(environ: Mapping[str, str]) -> list[str]:
    known = _known()
    accepted = {*known, *(name + FILE_SUFFIX for name in known)}
    ours = (name for name in sorted(environ) if name.upper().startswith(PREFIX))
    unknown = (
        name for name in ours if name.upper() not in accepted and not _is_service_link(name, environ[name])
    )
    return [f"{name}: is not a setting{_suggestion(name, known)}" for name in unknown]


def _suggestion(name: str, known: Mapping[str, str]) -> str:
    # All names share the prefix, so similarity is measured on the rest.
    near = problem.did_you_mean(name[len(PREFIX) :], (known_name[len(PREFIX) :] for known_name in known))
    return near.replace("mean '", f"mean '{PREFIX}")


def _is_service_link(name: str, value: str) -> bool:
    return bool(SERVICE_LINK.match(name)) or (
        name.endswith("_PORT") and value.startswith(("tcp://", "udp://"))
    )


def _refused(error: ValidationError) -> list[str]:
    found = error.errors(include_url=False)
    return [f"{env_name(str(one['loc'][0]))}: {_sentence(one)}" for one in found]


def _sentence(one: ErrorDetails) -> str:
    return problem.sentence(one, is_secret=one["loc"][0] in _SECRETS)


_SECRETS = frozenset(
    field for field, of in Settings.model_fields.items() if "SecretStr" in str(of.annotation)
)


def _printable(value: object) -> str:
    match value:
        case None:
            return ""
        case SecretStr():
            return MASK
        case bool():
            return str(value).lower()
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)
