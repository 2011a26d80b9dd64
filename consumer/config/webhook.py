"""A webhook endpoint of the user's, an entry of ``webhooks`` in `connections.yaml`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from consumer.config.secret import Secret

EndpointId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]


class Webhook(BaseModel):
    """
    An endpoint to which the relay posts webhooks about failures and new customers.

    Attributes:
        id: unique in the file; part of the name of the endpoint's consumer group.
        secret: signs by HMAC; after ``whsec_`` it is base64. Other text is the key as it is; when it is also
            valid base64, a second signature uses the decoded bytes, as the reference libraries do.
        secret_previous: adds a second signature while receivers change to a new secret.
        signing_key: ``whsk_…``, an Ed25519 key: adds a signature that receivers can verify but not make.
        events: the ``webhook_type`` of the webhooks to post.
        allow_http: `url` may be ``http://``, of any port, and in a private network.
        since: events before it are ignored by the rule ``before_since``; without it a new endpoint receives
            all events that Kafka still retains.
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
        """Whether an event of that time is older than `since`."""
        return self.since is not None and moment < self.since
