"""An endpoint of yours as `connections.yaml` describes it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from consumer.config.secret import Secret

EndpointId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]


class Webhook(BaseModel):
    """
    An endpoint that is told about failures, and about customers that have come into being.

    Attributes:
        id: unique in the file; also names the consumer group of what is posted there.
        secret: signs; ``whsec_…`` is base64. Anything else signs as the text it is, and where that text is
            base64 also as the bytes it stands for, which the reference libraries verify by.
        secret_previous: signs too while receivers move from one secret to the next.
        signing_key: ``whsk_…``, an Ed25519 key: signs besides, for receivers that must not be able to sign.
        events: Lago's ``webhook_type`` of what is wanted.
        allow_http: lets the address be ``http://``, of any port, and lead into a private network.
        since: events before it are ignored by the rule ``before_since``; without it a new endpoint is told
            everything that Kafka still has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    id: EndpointId
    url: str
    secret: Secret
    secret_previous: Secret | None = None
    signing_key: Secret | None = None
    events: tuple[str, ...] = ("customer.accounting_provider_error",)
    allow_http: bool = False
    since: AwareDatetime | None = None

    def is_before(self, moment: datetime) -> bool:
        """Whether something that happened then is too old to be told."""
        return self.since is not None and moment < self.since
