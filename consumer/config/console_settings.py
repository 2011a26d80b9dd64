"""The settings of the operator's pages; a part of `consumer.config.settings.Settings`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode

from consumer.config.loopback import SafeUrl

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Groups = Annotated[tuple[str, ...], NoDecode]
GROUPS_OF = ("console_oidc_admins", "console_oidc_operators", "console_oidc_viewers")
NEEDED_WITH_LOGIN = ("console_url", "console_oidc_client_id")


class ConsoleSettings(BaseSettings):
    """
    Durations in seconds.

    Attributes:
        console_host: address of ``console``; without a login only one of this machine is possible.
        console_port: port of ``console``; 0 selects a free one.
        console_state: SQLite file of ``console``, which it reads anew from Kafka when it is deleted.
        console_session_key: signs the sessions of ``console``, at least 32 characters; without it they end
            with the process.
        console_session_life_s: how long a login lasts.
        console_session_idle_s: how long it lasts without being used.
        console_oidc_issuer: the login provider (OpenID Connect); without it there is no login.
        console_url: where people reach ``console``, without a path: ``https://billing.example.com``.
        console_oidc_client_id: what ``console`` is called at the provider, where
            ``<console_url>/login/callback`` has to be registered.
        console_oidc_client_secret: its secret there; without it the client is a public one.
        console_oidc_scopes: what is asked for; some providers give groups for a scope of that name only.
        console_oidc_groups_claim: where tokens, or else the user info, say the groups of a person: the name
            of a claim, or a path with dots.
        console_oidc_name_claim: where they say what audit records call a person; else it is ``sub``.
        console_oidc_admins: groups whose members may do everything: names with commas between them, or a list
            in JSON.
        console_oidc_operators: those whose members may replay, close and reopen.
        console_oidc_viewers: those whose members may look.
    """

    console_host: str = "127.0.0.1"
    console_port: Annotated[int, Field(ge=0, le=65535)] = 8082
    console_state: Path = Path("console.sqlite")
    console_session_key: SecretStr | None = None
    console_session_life_s: Seconds = 28_800.0
    console_session_idle_s: Seconds = 1_800.0
    console_oidc_issuer: SafeUrl | None = None
    console_url: Annotated[SafeUrl | None, Field(validate_default=True)] = None
    console_oidc_client_id: Annotated[str | None, Field(validate_default=True)] = None
    console_oidc_client_secret: SecretStr | None = None
    console_oidc_scopes: str = "openid profile email"
    console_oidc_groups_claim: Annotated[str, Field(min_length=1)] = "groups"
    console_oidc_name_claim: Annotated[str, Field(min_length=1)] = "email"
    console_oidc_admins: Groups = ()
    console_oidc_operators: Groups = ()
    console_oidc_viewers: Annotated[Groups, Field(validate_default=True)] = ()

    @field_validator("console_url")
    @classmethod
    def _is_origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.path not in {"", "/"} or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("is scheme and host alone, as in https://billing.example.com")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @field_validator(*NEEDED_WITH_LOGIN)
    @classmethod
    def _given_with_login(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("console_oidc_issuer"):
            raise ValueError("is required with LAGO_NETSUITE_CONSOLE_OIDC_ISSUER")
        return value

    @field_validator("console_oidc_scopes")
    @classmethod
    def _has_openid(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("has to include openid, without which providers give no ID token")
        return value

    @field_validator(*GROUPS_OF, mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if not value.lstrip().startswith("["):
            return tuple(name for each in value.split(",") if (name := each.strip()))
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("is no list in JSON") from None

    @field_validator(GROUPS_OF[-1])
    @classmethod
    def _some_may_look(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        others = (info.data.get(each) for each in GROUPS_OF[:-1])
        if info.data.get("console_oidc_issuer") and not value and not any(others):
            raise ValueError("names no group, nor do those of operators and admins: nobody could log in")
        return value

    @property
    def console_groups(self) -> list[tuple[Literal["admin", "operator", "viewer"], frozenset[str]]]:
        """The groups of each role, the highest role first."""
        return [
            ("admin", frozenset(self.console_oidc_admins)),
            ("operator", frozenset(self.console_oidc_operators)),
            ("viewer", frozenset(self.console_oidc_viewers)),
        ]
