"""A policy is read as a whole: an unknown key or a wrong value is an error that names its line."""

from __future__ import annotations

import pytest

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import BadPolicy
from nbmodelver.registry.policy_example import EXAMPLE
from nbmodelver.registry.policy_reading import parsed
from tests.registry.signed import gate, policy_text


def test_the_example_is_a_valid_policy():
    found = parsed(EXAMPLE)
    assert found.stages["production"].sources == ("staging",)
    assert [g.label for g in found.gates_to("production")][-1] == "approvals"
    assert found.roles["approver"] == ("ada@example.org", "grace")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("format = 1\ngates =\n", "line 2"),
        ("format = 9", "format 9 is not supported"),
        ("gate = []", "no key 'gate'"),
        ("gates = 3", "gates is no list"),
        ("gates = [3]", "3 is no gate"),
        ('[[gates]]\nto = "production"', "a gate requires nothing"),
        ('[[gates]]\nto = "prod"\nrequire = "metrics.a > 1"', "there is no stage 'prod'"),
        ('format = 1\n[[gates]]\nto = "production"\nrequire = "metrics.a >"', "in line 4: cannot read the condition"),
        ('[[gates]]\nto = "production"\nrequire = "metric.a >= 1 and foo.b > 2"', "no field 'foo'"),
        ('[[gates]]\nto = "production"\nrequires = "x"', "has no key 'requires'"),
        ('[[gates]]\nto = "production"\napprovals = 1\nrole = "boss"', "there is no role 'boss'"),
        ('[[gates]]\nto = "production"\napprovals = 1\nnot_by = ["friends"]', "not_by knows no 'friends'"),
        ('[[gates]]\nto = "production"\ncall = "a:b"\ntime_limit_s = "long"', "time_limit_s is no number"),
        ('roles = { boss = ["ada"] }', "roles has no key 'boss'"),
        ('roles = { admin = "ada" }', "admin is no list of texts"),
        ('names = { version = "roman" }', "'roman' is no convention"),
        ('names = { model = "[" }', "pattern of model names"),
        ('states = { archived = "warn" }', "archived versions are always refused"),
        ('states = { deprecated = "maybe" }', "deprecated = 'maybe'"),
        ("stages = 3", "stages is no table"),
        ('stages.production = { back = "never" }', "back = 'never'"),
        ('format = 1\nroles = { approver = ["ed25519:AAAA"] }', "in line 2: 'ed25519:AAAA' is no public key"),
        ('format = 1\nrevoked = ["ada"]', "in line 2: 'ada' is no public key"),
        ('[[gates]]\nto = "production"\nrequire = "metrics.a > 1"\nsigned = true', "signed is about approvals"),
        ('[[gates]]\nto = "production"\napprovals = 1\nsigned = "yes"', "signed = 'yes'"),
        (
            '[[gates]]\nto = "production"\napprovals = 1\nsigned = true',
            "1 signed approvals are asked for",
        ),
        ('stages.a = { from = ["b"] }\nstages.b = { from = ["a"] }', "no version can enter a, b"),
    ],
)
def test_a_wrong_policy_is_refused_with_the_place(text: str, what: str):
    with pytest.raises(BadPolicy) as caught:
        parsed(text)
    assert what in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('format = 1\n[[hooks]]\nbefore = "promote"\nrum = ["x"]', "in line 4: a hook has no key 'rum'"),
        ('format = 1\n[[hooks]]\nbefore = "promotion"\nrun = ["x"]', "in line 3: no hook can run before 'promotion'"),
        ('[[notify]]\non = ["promoted"]\nchannel = "team"', "in line 2: nothing is called 'promoted'"),
    ],
)
def test_a_wrong_hook_or_notification_is_named_by_line(text: str, line: str):
    with pytest.raises(BadPolicy, match=line):
        parsed(text)


def test_the_hooks_of_the_example_are_part_of_the_policy():
    rules = parsed(EXAMPLE).hook_rules
    assert [h.label for h in rules.hooks] == ["before promote: python checks/smoke.py"]
    assert "alarm" in rules.notify[0].on


def test_keys_have_roles_beside_names_and_can_be_revoked():
    key = keys.PrivateKey(bytes(32)).public
    found = parsed(policy_text({"approver": [key, "ada"], "admin": [key]}, gate(), [key]))
    assert (found.roles["approver"], found.revoked, found.gates[0].signed) == ((key, "ada"), (key,), True)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", ["development", "staging", "production"]),
        ("[stages.live]\n[stages.trial]", ["live", "trial"]),
        ("[stages.production]\n[stages.staging]", ["staging", "production"]),
        (
            '[stages.production]\nfrom = ["canary"]\n[stages.canary]\nfrom = ["staging"]\n[stages.staging]',
            ["staging", "canary", "production"],
        ),
        ('[stages.live]\nformer = "retired"\n[stages.trial]', ["live", "trial", "retired"]),
    ],
)
def test_stages_are_in_the_order_of_their_sources_then_of_the_file(text: str, order: list[str]):
    assert list(parsed(text).stages) == order
