"""The login of the console as the settings say it; without one it serves this machine only."""

from __future__ import annotations

from consumer.clock import Clock
from consumer.config.loopback import is_loopback
from consumer.config.settings import Settings, env_name
from consumer.console.login.login import Login
from consumer.console.login.provider import Changed
from consumer.console.login.registration import Registration
from consumer.console.session import Sessions
from consumer.errors import ConfigurationError

SMALLEST_KEY_CHARS = 32


def sessions_of(settings: Settings, clock: Clock) -> Sessions:
    """
    The sessions of the console; without a login the local person's one does not end by idling.

    Raises:
        ConfigurationError: the key that signs them is short.
    """
    life_s, issuer = int(settings.console_session_life_s), settings.console_oidc_issuer or ""
    idle_s = int(settings.console_session_idle_s) if issuer else life_s
    return Sessions(clock, life_s=life_s, idle_s=idle_s, key=_key(settings), issuer=issuer)


def login_of(settings: Settings, sessions: Sessions, clock: Clock, changed: Changed) -> Login | None:
    """
    The login at the provider of the settings, None where they name none; `changed` is called when it fails.

    Raises:
        ConfigurationError: there is none, and the address can be reached from other machines.
    """
    registration = registration_of(settings)
    if registration is None:
        _require_loopback(settings)
        return None
    return Login.at(registration, sessions.signed("login"), clock, changed=changed)


def registration_of(settings: Settings) -> Registration | None:
    """What the console is at the provider of the settings."""
    secret = settings.console_oidc_client_secret
    if settings.console_oidc_issuer is None:
        return None
    return Registration(
        issuer=settings.console_oidc_issuer,
        client_id=settings.console_oidc_client_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        origin=settings.console_url or "",
        scopes=settings.console_oidc_scopes,
        groups_claim=settings.console_oidc_groups_claim,
        name_claim=settings.console_oidc_name_claim,
        groups=settings.console_groups,
    )


def _require_loopback(settings: Settings) -> None:
    """Without a login everybody who reaches the console could act."""
    if not is_loopback(settings.console_host):
        sentence = (
            f"{env_name('console_host')}={settings.console_host}: without a login the console listens on"
            f" 127.0.0.1 only; set {env_name('console_oidc_issuer')}"
        )
        raise ConfigurationError([sentence])


def _key(settings: Settings) -> bytes | None:
    if settings.console_session_key is None:
        return None
    key = settings.console_session_key.get_secret_value()
    if len(key) < SMALLEST_KEY_CHARS:
        name = env_name("console_session_key")
        raise ConfigurationError([f"{name} needs {SMALLEST_KEY_CHARS} characters or more"])
    return key.encode()
