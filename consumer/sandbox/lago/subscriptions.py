"""Subscriptions and their billing periods in invoices (``V1::SubscriptionSerializer``)."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.lago.notation import Json, id_of

JULY = ("2026-06-30T22:00:00Z", "2026-07-31T21:59:59Z")
"""July 2026 in Berlin, begin and end in UTC; the period of every fee."""
_PERIODS = ("subscription", "charges", "fixed_charges")
_OWNED = ("lago_customer_id", "external_customer_id")


def subscription(of: Json, **changes: Any) -> Json:
    """
    An active subscription to a plan.

    Args:
        of: the ids it has in its fees: ``lago_subscription_id``, ``external_subscription_id``,
            ``lago_customer_id``, ``external_customer_id``.
        changes: replace members, such as ``plan_code``.
    """
    empty = (
        "name", "trial_ended_at", "ending_at", "terminated_at", "canceled_at", "previous_plan_code",
        "next_plan_code", "downgrade_plan_date", "on_termination_credit_note", "purchase_order_number",
        "cancellation_reason",
    )  # fmt: skip
    begins, ends = JULY
    return (
        dict.fromkeys(empty)
        | {
            "lago_id": of["lago_subscription_id"],
            "external_id": of["external_subscription_id"],
            **{name: of[name] for name in _OWNED},
            "plan_code": "enterprise",
            "plan_amount_cents": 49_900,
            "plan_amount_currency": "EUR",
            "status": "active",
            "billing_time": "calendar",
            "subscription_at": "2026-03-02T09:20:00Z",
            "started_at": "2026-03-02T09:20:00.000Z",
            "activated_at": "2026-03-02T09:20:00Z",
            "created_at": "2026-03-02T09:20:00Z",
            "current_billing_period_started_at": begins,
            "current_billing_period_ending_at": ends,
            "on_termination_invoice": "generate",
            "progressive_billing_disabled": False,
            "consolidate_invoice": True,
            "payment_method": {"payment_method_id": None, "payment_method_type": "provider"},
            "activation_rules": [],
        }
        | changes
    )


def billing_period(of: Json, plan_code: str, **changes: Any) -> Json:
    """The month that an invoice bills of a subscription, see `subscription`."""
    bounds = zip(("from", "to"), JULY, strict=True)
    moments = {f"{kind}_{bound}_datetime": at for bound, at in bounds for kind in _PERIODS}
    return {
        "lago_subscription_id": of["lago_subscription_id"],
        "external_subscription_id": of["external_subscription_id"],
        "lago_plan_id": id_of("plan", plan_code),
        **moments,
        "invoicing_reason": "subscription_periodic",
    } | changes
