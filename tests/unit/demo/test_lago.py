"""What the demo signs is what Lago signs, and what it posts besides is nothing that ingest would take."""

import json

import pytest
from joserfc.jwk import RSAKey

from consumer.demo import scenario
from consumer.demo.bad_requests import callers
from consumer.demo.lago import Lago
from consumer.demo.lago_month import LagoMonth
from consumer.lago import signatures

BODY = '{"webhook_type":"invoice.created","name":"Søn \\u0026 Co"}'.encode()
LAGO = Lago(month=LagoMonth(seed=1), hmac_key="a key", private_key=RSAKey.generate_key(2048))


def forged(body, headers):
    """The reason why ingest refuses it; None when it is accepted."""
    signature = headers["X-Lago-Signature"]
    if headers["X-Lago-Signature-Algorithm"] == "hmac":
        return signatures.check_hmac(body, signature, key=LAGO.hmac_key)
    key = signatures.public_key(LAGO.public_pem)
    return signatures.check_jwt(body, signature, key=key, issuer=LAGO.issuer)


@pytest.mark.parametrize("algorithm", ["hmac", "jwt"])
def test_a_signature_fits_the_bytes_it_was_made_for_and_no_others(algorithm):
    headers = LAGO.headers(BODY, algorithm, "k1")

    assert forged(BODY, headers) is None
    assert forged(BODY + b" ", headers) is not None


def test_a_webhook_names_its_unique_key():
    """Lago's stored webhook has one, and repeats carry it."""
    assert LAGO.headers(BODY, "hmac", "k1")["X-Lago-Unique-Key"] == "k1"


def test_a_webhook_may_lack_a_signature():
    assert not [name for name in LAGO.headers(None, "hmac", "k1") if "Signature" in name]


def test_the_keys_stay_out_of_sight():
    """Whatever prints the installation."""
    assert "a key" not in repr(LAGO)


class TestCallers:
    """Every caller but one must be turned away, each for a reason of its own."""

    found = callers(scenario.steps(1))

    def test_one_repeats_what_was_taken_and_the_others_are_refused(self):
        assert sorted(caller.status for caller in self.found) == [202, 400, 401, 401, 401]

    def test_who_is_to_be_refused_for_the_signature_has_one_that_does_not_fit_or_none(self):
        for caller in (caller for caller in self.found if caller.status == 401 and caller.signed):
            assert forged(caller.body, LAGO.headers(caller.signed, caller.algorithm, "k"))

    def test_the_changed_amount_is_still_a_webhook_in_all_else(self):
        """Only the signature differs."""
        [dearer] = [caller for caller in self.found if "amount" in caller.title]

        assert json.loads(dearer.body)["invoice"]["total_amount_cents"] > 10**5
