"""The sandbox's address for what a person does in NetSuite."""

from __future__ import annotations

from tests.contract.sandbox_server import customer, running


async def test_a_person_edits_over_http_and_is_refused_as_by_netsuite():
    """A customer's name; then what is not there, and what is no edit."""
    with running() as sandbox:
        await sandbox.write(customer("9a"))
        edit = {
            "act": "edit",
            "type": "customer",
            "external_id": "lago-cus-9a",
            "fields": {"companyname": "Acme"},
        }

        done = sandbox.http.post("/sandbox/edits", json=edit)
        missing = sandbox.http.post("/sandbox/edits", json=edit | {"external_id": "d"})
        wrong = sandbox.http.post("/sandbox/edits", json={"act": "burn"})

        assert (done.status_code, done.json()) == (200, {"id": "501"})
        assert (missing.status_code, missing.json()["error"][0].split(":")[0]) == (400, "RCRD_DSNT_EXIST")
        assert wrong.status_code == 400
        [found] = sandbox.http.get("/sandbox/records?type=customer").json()
        assert found["companyname"] == "Acme"
