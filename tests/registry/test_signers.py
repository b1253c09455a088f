"""A signature counts if the key has the role and was not revoked before, by the order of the log and not by clocks."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.registry import policy, signers
from nbmodelver.repo import Repo
from nbmodelver.repo.core import moves
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.store.backends.memory import MemoryBackend
from tests.registry.samples import GRACE, acting, adopted, three
from tests.registry.signed import Keys, policy_text

if TYPE_CHECKING:
    import pytest

    from nbmodelver.model.events import Event


def approved(repo: Repo) -> Event:
    return repo.moves.note(EventDraft("approve"))


def why_not(repo: Repo, event: Event) -> str:
    return signers.why_not(repo, event, policy.in_force(repo), "approver")


def test_the_reason_says_what_is_missing(signing: Keys, monkeypatch: pytest.MonkeyPatch):
    repo = adopted(acting(three(), GRACE), policy_text({"approver": [signing.of("grace")], "admin": []}))
    assert why_not(repo, approved(repo)) == "it is not signed, and the policy asks for signed approvals"
    signing.use("mallory")
    assert "has not the role approver" in why_not(repo, approved(repo))
    signing.use("grace")
    good = approved(repo)
    assert why_not(repo, good) == ""
    assert good.signature is not None
    wrong = replace(good, signature=replace(good.signature, value=bytes(64)))
    assert "its signature is not one of the key" in why_not(repo, wrong)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    assert "nbmodelver[sign]" in why_not(repo, good)


def test_a_revocation_leaves_what_it_knew_and_stops_what_came_later(signing: Keys, monkeypatch: pytest.MonkeyPatch):
    key = signing.of("grace")
    repo = adopted(acting(three(), GRACE), policy_text({"approver": [key]}))
    signing.use("grace")
    before = approved(repo)
    signing.use(None)
    adopted(repo, policy_text({"approver": [key]}, revoked=[key]))
    adopted(repo, policy_text({"approver": [key]}, "# the next one", revoked=[key]))
    signing.use("grace")

    class LongAgo(moves.datetime):  # type: ignore[misc, name-defined]
        @classmethod
        def now(cls, tz: object = None) -> object:
            return moves.datetime(2001, 1, 1, tzinfo=moves.UTC)

    with monkeypatch.context() as patched:
        patched.setattr(moves, "datetime", LongAgo)
        after = approved(repo)
    assert after.at_utc < before.at_utc
    assert why_not(repo, before) == ""
    assert why_not(repo, after) == f"the key {key[:16]}… was revoked before"


def test_an_event_of_a_copy_that_did_not_know_the_revocation_does_not_count(signing: Keys):
    key = signing.of("grace")
    repo = adopted(acting(three(), GRACE), policy_text({"approver": [key]}))
    copy = MemoryBackend()
    for name in repo.backend.list(""):
        copy.create(name, [bytes(repo.backend.read(name))])
    adopted(repo, policy_text({"approver": [key]}, revoked=[key]))
    signing.use("grace")
    stolen = approved(acting(Repo(copy), GRACE))
    for name in copy.list("events/"):
        repo.backend.create(name, [bytes(copy.read(name))])
    merged = Repo(repo.backend)
    revocation = signers.policies(merged)[-1]
    assert stolen.order <= revocation.order
    assert "was revoked before" in why_not(merged, merged.moves.log.get(stolen.id))


def test_the_past_of_an_event_is_found_along_the_links(signing: Keys):
    repo = acting(three(), GRACE)
    one, two = repo, acting(Repo(repo.backend), GRACE)
    first = approved(one)
    second = approved(two)
    third = approved(one)
    assert signers.knows(repo, third, first)
    assert signers.knows(repo, third, second)
    assert not signers.knows(repo, first, third)
    assert not signers.knows(repo, first, first)
    assert signing.of("grace") != signing.of("ada")
