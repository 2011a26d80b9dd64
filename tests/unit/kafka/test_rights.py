"""The rights of each command on Kafka, and what is written of them for people and for Strimzi."""

from __future__ import annotations

import runpy

import typer
from ruamel.yaml import YAML

from consumer.cli import app
from consumer.kafka import topics
from consumer.kafka.rights import USES, Operation, Right
from tests.support.readme import ROOT

FOLDER = ROOT / "deploy" / "kafka"
MADE = runpy.run_path(str(FOLDER / "make.py"))
# They never ask Kafka of the settings for anything; demo, rehearsal and sandbox bring one of their own.
WITHOUT_KAFKA = {"init", "preview", "catalog", "demo", "rehearsal", "sandbox"}


def test_every_command_has_its_rights():
    """A new one gets a line in the table, or is one that knows no Kafka."""
    commands = set(typer.main.get_command(app).commands)

    assert {command for use in USES for command in use.commands} == commands - WITHOUT_KAFKA


def test_rights_are_on_topics_that_exist_and_on_the_groups_of_the_deployment():
    declared = {topic.name for topic in topics.declared()}
    rights = {right for use in USES for right in use.rights}

    assert {right.name for right in rights if right.kind == "topic"} <= declared
    assert {right.name for right in rights if right.kind == "group"} == {""}


def test_no_right_is_listed_that_another_one_includes():
    """Read and Write include Describe."""
    for use in USES:
        seen = {(right.kind, right.name) for right in use.rights if right.operation in {"Read", "Write"}}
        described = {right for right in use.rights if right.operation is Operation.DESCRIBE}

        assert {right for right in described if (right.kind, right.name) in seen} == set(), use.user


def test_only_topics_may_be_created_by_one_user():
    """Whoever may create topics may do so with the wrong settings."""
    creators = {use.user for use in USES for right in use.rights if right.operation is Operation.CREATE}

    assert creators == {"topics"}


def test_the_page_and_the_users_are_those_of_the_table():
    """`make kafka-rights` writes them."""
    assert (FOLDER / "README.md").read_text() == MADE["page"]()
    assert (FOLDER / "users.yaml").read_text() == MADE["users"]()


def test_strimzi_gets_the_same_rights():
    """Read back from the manifests: one user each, and one with all that the chart's pods need."""
    users = {
        each["metadata"]["name"]: each
        for each in YAML(typ="safe").load_all((FOLDER / "users.yaml").read_text())
    }
    expected = {f"lago-netsuite-{use.user}": use.rights for use in USES}

    assert {name: _rights(users[name]) for name in expected} == expected
    assert _rights(users["lago-netsuite"]) == frozenset().union(
        *(use.rights for use in USES if use.user in MADE["CHART"])
    )
    assert {each["kind"] for each in users.values()} == {"KafkaUser"}


def _rights(user) -> frozenset[Right]:
    found = set()
    for acl in user["spec"]["authorization"]["acls"]:
        resource = acl["resource"]
        is_topic = resource["type"] == "topic"
        assert resource["patternType"] == ("literal" if is_topic else "prefix")
        for operation in acl["operations"]:
            name = resource["name"] if is_topic else ""
            found.add(Right(kind=resource["type"], name=name, operation=Operation(operation)))
    return frozenset(found)
