"""Plain HTTP to NetSuite is for the sandbox, and only with the setting that allows it."""

import pytest

from consumer.config import connection_rules
from tests.support.connection_files import settings as described


def faults(**changes):
    return list(connection_rules.faults_of(described() | changes))


HERE, NEAR = "http://127.0.0.1:8460/r?script=s&deploy=d", "http://sandbox:8460/r?script=s&deploy=d"


def test_another_machine_may_be_called_so_when_the_connection_says_it():
    """As the containers of one machine do."""
    assert faults(restlet_url=NEAR, allow_http=True, environment="sandbox") == []


@pytest.mark.parametrize("allow_http", [False, None, "yes"])
def test_nothing_less_than_true_allows_it(allow_http):
    [(path, said)] = faults(restlet_url=NEAR, allow_http=allow_http, environment="sandbox")

    assert path == ("restlet_url",)
    assert said.startswith("must begin with https://")


def test_a_production_account_is_never_called_so():
    """Whatever its connection says."""
    [(path, said)] = faults(restlet_url=NEAR, allow_http=True, environment="production")

    assert (path, said) == (("allow_http",), "is possible with environment: sandbox only")


def test_oracles_own_addresses_are_never_called_so():
    """A login would cross the internet in the clear."""
    url = "http://1234567-sb1.restlets.api.netsuite.com/r?script=s&deploy=d"
    [(path, _)] = faults(restlet_url=url, allow_http=True, environment="sandbox")

    assert path == ("allow_http",)


def test_secrets_stay_references_there():
    """Only on this very machine may a sandbox's login stand in the file."""
    auth = {"type": "tba", "client_id": "a", "client_secret": "b", "token_id": "c", "token_secret": "d"}

    assert {
        path for path, _ in faults(restlet_url=NEAR, allow_http=True, environment="sandbox", auth=auth)
    } == {("auth", name) for name in auth if name != "type"}
    assert faults(restlet_url=HERE, environment="sandbox", auth=auth) == []


@pytest.mark.parametrize("url", ["ftp://sandbox/r?script=s&deploy=d", "http://?script=s&deploy=d"])
def test_what_is_no_address_is_still_said(url):
    assert ("restlet_url",) in {
        path for path, _ in faults(restlet_url=url, allow_http=True, environment="sandbox")
    }


@pytest.mark.parametrize(("allow_http", "places"), [(True, []), (False, [("lago", "api_url")])])
def test_an_emulated_lago_may_be_read_so_beside_an_emulated_account(allow_http, places):
    """By the same setting; Lago's key must not cross a network in the clear without it."""
    lago = described()["lago"] | {"api_url": "http://lago:8082", "api_key": "env:LAGO_API_KEY"}
    found = faults(restlet_url=HERE, allow_http=allow_http, environment="sandbox", lago=lago)

    assert [path for path, _ in found] == places


def test_what_is_no_address_is_none_with_the_setting_too():
    lago = described()["lago"] | {"api_url": "http://", "api_key": "env:LAGO_API_KEY"}
    [(path, said)] = faults(restlet_url=HERE, allow_http=True, environment="sandbox", lago=lago)

    assert (path, said) == (("lago", "api_url"), "is not an address like https://host/path")
