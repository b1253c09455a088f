"""A policy is read as a whole: what is wrong is named by line, and the policy in force stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import BadPolicy, RefusedVersion, UsageError
from nbmodelver.registry import lifecycle, policy
from nbmodelver.registry.policy_reading import parsed
from tests.registry.samples import GRACE, acting, adopted, on_disk, promoted, three
from tests.registry.signed import Keys, gate, policy_text

if TYPE_CHECKING:
    from pathlib import Path


def test_a_store_in_memory_can_have_no_policy():
    with pytest.raises(UsageError) as caught:
        policy.adopt(three(), "why")
    assert caught.value.hint == "a policy needs a store in a folder"


def test_a_draft_has_no_effect_until_it_is_adopted(tmp_path: Path):
    repo = three(on_disk(tmp_path))
    with pytest.raises(UsageError, match="no draft"):
        policy.adopt(repo, "why")
    path = policy.draft_path(repo)
    assert path is not None
    path.write_text('[[gates]]\nto = "production"\nrequire = "metrics.f1 > 0.99"\n')
    done = promoted(repo, "1.0.0")
    assert done.notes == ("the draft of the policy differs from the policy in force and was not used: %mv_policy",)
    with pytest.raises(UsageError, match="needs a reason"):
        policy.adopt(repo, "")
    adopted_now, weaker = policy.adopt(repo, "strict")
    assert (policy.in_force(repo).text, weaker) == (adopted_now.text, ())
    path.write_text("gates = [")
    assert promoted(repo, "2.0.0", is_forced=True).notes[0].startswith("the draft of the policy is not used")
    with pytest.raises(BadPolicy):
        policy.adopt(repo, "broken")
    assert len(policy.in_force(repo).gates) == 1
    path.write_bytes(b"\xff")
    with pytest.raises(BadPolicy, match="UTF-8"):
        policy.draft(repo)
    path.write_text("#" * 70_000)
    with pytest.raises(BadPolicy, match="larger than"):
        policy.draft(repo)


def test_a_weakened_policy_lists_what_became_weaker(tmp_path: Path):
    repo = on_disk(tmp_path)
    path = policy.draft_path(repo)
    assert path is not None
    strict = (
        'metadata = ["purpose"]\nstates = { deprecated = "refuse" }\nroles = { approver = ["ada"] }\n'
        'stages.production = { from = ["staging"] }\n[[gates]]\nto = "production"\napprovals = 2\n'
    )
    path.write_text(strict)
    assert policy.adopt(repo, "strict")[1] == ()
    path.write_text('roles = { approver = ["ada", "eve"] }\nstages.production = {}\nstages.staging = {}\n')
    _, weaker = policy.adopt(repo, "loose")
    assert weaker == (
        "gate to production is gone: approvals",
        "production may be entered from more stages",
        "1 more people are approver",
        "a deprecated version is no longer refused",
        "less metadata is required",
    )
    event = next(repo.moves.log.newest())
    assert event.data["weaker"] == [*weaker]
    path.write_text("format = 1")
    assert "anybody is approver" in policy.adopt(repo, "looser")[1]


def test_a_deprecated_version_is_refused_only_if_the_policy_says_so():
    repo = three()
    lifecycle.deprecate(repo, "churn/1.0.0", "leaked rows", use="churn/2.0.0")
    policy.require_not_refused(repo, "churn/1.0.0", repo["v1"])
    adopted(repo, 'states = { deprecated = "refuse" }')
    with pytest.raises(RefusedVersion, match="leaked rows") as caught:
        policy.require_not_refused(repo, "churn/1.0.0", repo["v1"], "--force WHY")
    assert caught.value.hint == "use churn/2.0.0 · or once: --force WHY"


def test_a_removed_hook_and_fewer_notifications_are_weaker(tmp_path: Path):
    repo = on_disk(tmp_path)
    path = policy.draft_path(repo)
    assert path is not None
    hooks = '{ before = "promote", run = ["python", "smoke.py"] }, { after = "promote", call = "a:b" }'
    path.write_text(f'hooks = [ {hooks} ]\nnotify = [ {{ on = ["promote", "alarm"], channel = "team" }} ]')
    assert policy.adopt(repo, "strict")[1] == ()
    path.write_text('notify = [ { on = ["promote"], channel = "team" } ]')
    assert policy.adopt(repo, "loose")[1] == (
        "the hook before promote: python smoke.py is gone",
        "'team' is no longer notified of: alarm",
    )


def test_added_keys_dropped_signatures_and_ended_revocations_are_weaknesses(signing: Keys):
    ada, eve = signing.of("ada"), signing.of("eve")
    strict = parsed(policy_text({"approver": [ada]}, gate(1, not_by='["author", "requester"]'), [eve]))

    def weaker(roles: dict[str, list[str]], more: str, revoked: list[str]) -> tuple[str, ...]:
        return policy.weaknesses(strict, parsed(policy_text(roles, more, revoked)))

    not_by = '["author", "requester"]'
    assert weaker({"approver": [ada]}, gate(1, not_by=not_by), [eve]) == ()
    assert weaker({"approver": [ada]}, gate(2, signed=False, not_by=not_by), [eve]) == (
        "approvals for production need no signature",
    )
    assert weaker({"approver": [ada, eve, "bob"]}, gate(1), []) == (
        "the requester may approve for production",
        "1 more people are approver",
        f"the key {eve[:16]}… is approver",
        f"the key {eve[:16]}… is no longer revoked",
    )
    two = parsed(policy_text({"approver": [ada, eve]}, gate(2)))
    fewer = parsed(policy_text({"approver": [ada], "admin": [ada]}, gate(1) + '\nrole = "admin"'))
    assert policy.weaknesses(two, fewer) == (
        "1 instead of 2 approvals for production",
        "approvals for production come from the role admin instead of approver",
    )
    assert policy.weaknesses(two, parsed("roles = { approver = [] }")) == ("gate to production is gone: approvals",)


def test_a_weakened_policy_is_shown_at_the_next_promotion_of_each_model(tmp_path: Path):
    repo = three(on_disk(tmp_path))
    path = policy.draft_path(repo)
    assert path is not None
    for text in ('[[gates]]\nto = "production"\nrequire = "metrics.f1 > 0.1"\n', "format = 1"):
        path.write_text(text)
        policy.adopt(repo, "rules")
    acting(repo, GRACE)
    (note,) = promoted(repo, "1.0.0").notes
    assert note.startswith("Ada weakened the policy on 20")
    assert note.endswith("gate to production is gone: metrics.f1 > 0.1")
    assert promoted(repo, "1.1.0").notes == ()
