"""Roles of the policy: our software refuses what belongs to others, by name or by key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import NotAllowed
from nbmodelver.registry import audit, deployments, lifecycle, policy, promote, register, roles
from nbmodelver.registry.deployments import DeployRequest
from nbmodelver.registry.policy_reading import parsed
from nbmodelver.repo.core.moves import EventDraft
from tests.registry.samples import ADA, GRACE, acting, adopted, on_disk, promoted, registered, three
from tests.registry.signed import Keys, policy_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbmodelver.repo import Repo


WRITES: dict[str, Callable[[Repo], object]] = {
    "promote": lambda repo: promoted(repo, "1.1.0"),
    "back": lambda repo: promote.back(repo, "churn", "staging", "why"),
    "alias": lambda repo: promote.alias(repo, "churn/1.0.0", "champion"),
    "remove an alias": lambda repo: promote.remove_alias(repo, "churn", "first"),
    "register": lambda repo: registered(repo, "v1", "other"),
    "describe": lambda repo: register.describe(repo, "churn", description="text"),
    "deprecate": lambda repo: lifecycle.deprecate(repo, "churn/1.0.0", "why"),
    "archive": lambda repo: lifecycle.archive(repo, "churn/1.1.0", "why"),
    "deploy": lambda repo: deployments.deploy(repo, DeployRequest("churn/1.0.0", "us", "why")),
    "end": lambda repo: deployments.end(repo, "eu", "why"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_only_a_writer_or_an_admin_changes_the_registry(write: Callable[[Repo], object]):
    repo = three()
    promoted(repo, "1.0.0", "staging")
    promoted(repo, "2.0.0", "staging")
    promote.alias(repo, "churn/1.0.0", "first")
    deployments.deploy(repo, DeployRequest("churn/2.0.0", "eu", "why"))
    adopted(repo, 'roles = { writer = ["ada@example.org"], admin = ["root"] }')
    before = repo.moves.log.count()
    with pytest.raises(NotAllowed, match=r"Grace may not .* the role writer") as caught:
        write(acting(repo, GRACE))
    assert "%mv_policy" in caught.value.hint
    assert repo.moves.log.count() == before
    write(acting(repo, replace(GRACE, login="root")))


def test_force_erasure_and_policies_belong_to_admins(tmp_path: Path):
    repo = adopted(three(on_disk(tmp_path)), 'roles = { writer = ["grace"], admin = ["ada"] }')
    path = policy.draft_path(repo)
    assert path is not None
    path.write_text("format = 1")
    acting(repo, GRACE)
    for act in (
        lambda: promoted(repo, "1.0.0", is_forced=True),
        lambda: audit.erase(repo, "ada", "why"),
        lambda: policy.adopt(repo, "mine now"),
    ):
        with pytest.raises(NotAllowed, match="the role admin"):
            act()
    assert promoted(repo, "1.0.0").after is not None
    assert policy.adopt(acting(repo, ADA), "open")[1] == ("anybody is writer", "anybody is admin")


def test_a_dry_run_and_reading_need_no_role():
    repo = acting(adopted(three(), 'roles = { writer = ["ada"], viewer = [] }'), GRACE)
    assert promoted(repo, "1.0.0", is_dry=True).is_dry


def test_a_key_has_a_role_until_it_is_revoked(signing: Keys):
    repo = adopted(three(), policy_text({"writer": [signing.of("grace")]}))
    acting(repo, GRACE)
    with pytest.raises(NotAllowed):
        promoted(repo, "1.0.0")
    signing.use("grace")
    promoted(repo, "1.0.0")
    signing.use(None)
    adopted(repo, policy_text({"writer": [signing.of("grace")]}, revoked=[signing.of("grace")]))
    signing.use("grace")
    with pytest.raises(NotAllowed):
        promoted(repo, "1.1.0")


def test_nobody_has_a_role_by_calling_himself_as_a_key(signing: Keys):
    key = signing.of("grace")
    assert not roles.is_listed(replace(GRACE, name=key, login=key), [key])
    repo = acting(adopted(three(), policy_text({"approver": [key]})), replace(GRACE, name=key))
    event = repo.moves.note(EventDraft("approve"))
    assert not roles.has(event, parsed(policy_text({"approver": [key]})).roles["approver"])
    signing.use("grace")
    signed = repo.moves.note(EventDraft("approve"))
    assert roles.has(signed, [key])
    assert not roles.has(signed, [key], [key])
