"""Approvals count for one version and stage, from people who may give them, until they are withdrawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbmodelver.errors import ArchivedVersion, GateFailed, UnknownModel, UsageError
from nbmodelver.registry import approvals, lifecycle, policy, reading
from nbmodelver.repo.core.moves import EventDraft
from tests.registry.samples import ADA, GRACE, MALLORY, acting, adopted, promoted, three
from tests.registry.signed import Keys, gate, policy_text


def said(repo: object, outcome: str, why: str = "because", address: str = "churn/1.0.0"):
    return approvals.state(repo, address, "production", outcome, why)  # type: ignore[arg-type]


def test_an_approval_of_another_person_counts():
    repo = acting(three(), GRACE)
    given = said(repo, "approve", "report read")
    assert (given.counts, given.by, given.why, given.stage) == (True, "Grace", "report read", "production")


def test_the_author_does_not_count_also_under_another_name():
    repo = three()
    assert said(repo, "approve").why_not == "the author of the version does not count"
    second_name = replace(ADA, pseudonym="p-other", name="Ada L.", email="")
    assert said(acting(repo, second_name), "approve").why_not == "the author of the version does not count"


def test_the_author_of_the_record_does_not_count():
    repo = three()
    author = repo["v1"].author
    assert author
    other = replace(GRACE, login=author)
    assert said(acting(repo, other), "approve").why_not == "the author of the version does not count"


def test_a_withdrawn_approval_does_not_count_and_nothing_moves():
    repo = acting(three(), GRACE)
    said(repo, "approve")
    said(repo, "withdraw", "new facts")
    found = approvals.all_of(repo, reading.resolve(repo, "churn/1.0.0"), "production")
    assert [(a.outcome, a.counts, a.why_not) for a in found] == [
        ("approve", False, "it was withdrawn later"), ("withdraw", False, ""),
    ]  # fmt: skip


def test_only_an_own_approval_can_be_withdrawn():
    repo = acting(three(), GRACE)
    with pytest.raises(UsageError, match="have not approved"):
        said(repo, "withdraw")


def test_a_decision_needs_a_reason_and_a_request_does_not():
    repo = acting(three(), GRACE)
    for outcome in ("approve", "refuse", "withdraw"):
        with pytest.raises(UsageError, match="needs a reason"):
            said(repo, outcome, "")
    assert said(repo, "request", "").outcome == "request"


def test_who_asked_does_not_count_if_the_policy_says_so():
    repo = adopted(three(), '[[gates]]\nto = "production"\napprovals = 1\nnot_by = ["requester"]\n')
    acting(repo, GRACE)
    said(repo, "request")
    said(repo, "approve")
    rules = policy.in_force(repo)
    (found,) = approvals.counted(repo, reading.resolve(repo, "churn/1.0.0"), rules.gates[0], rules)
    assert found.why_not == "who asked for the approval does not count"


def test_a_policy_can_let_authors_approve():
    repo = adopted(three(), '[[gates]]\nto = "production"\napprovals = 1\nnot_by = []\n')
    said(repo, "approve")
    rules = policy.in_force(repo)
    (found,) = approvals.counted(repo, reading.resolve(repo, "churn/1.0.0"), rules.gates[0], rules)
    assert found.counts


def test_a_person_without_the_role_does_not_count():
    repo = acting(adopted(three(), 'roles = { approver = ["ada@example.org"] }\n'), GRACE)
    assert said(repo, "approve").why_not == "Grace is no approver"


def test_approving_twice_counts_once():
    repo = acting(three(), GRACE)
    said(repo, "approve")
    said(repo, "approve")
    found = approvals.all_of(repo, reading.resolve(repo, "churn/1.0.0"))
    assert [a.counts for a in found] == [False, True]


def test_requests_wait_until_somebody_decides():
    repo = three()
    said(repo, "request", "please")
    assert [a.registered.number for a in approvals.waiting(repo, "churn")] == ["1.0.0"]
    said(acting(repo, GRACE), "refuse", "no")
    assert approvals.waiting(repo, "churn") == []


def test_approvals_of_another_version_do_not_count():
    repo = acting(three(), GRACE)
    said(repo, "approve", address="churn/1.1.0")
    assert approvals.all_of(repo, reading.resolve(repo, "churn/1.0.0")) == []


def test_unknown_and_archived_versions_are_refused():
    repo = three()
    with pytest.raises(UnknownModel):
        said(repo, "approve", address="churn/9.0.0")
    lifecycle.archive(repo, "churn/1.0.0", "licence")
    with pytest.raises(ArchivedVersion):
        said(repo, "approve")


def counted(repo: object, *, number: str = "1.0.0") -> list[tuple[str, str]]:
    rules = policy.in_force(repo)  # type: ignore[arg-type]
    registered = reading.resolve(repo, f"churn/{number}")  # type: ignore[arg-type]
    return [(a.by, a.why_not) for a in approvals.counted(repo, registered, rules.gates[0], rules)]  # type: ignore[arg-type]


def test_only_approvals_signed_by_a_key_of_the_role_count(signing: Keys):
    repo = adopted(three(), policy_text({"approver": [signing.of("grace"), "grace"]}, gate()))
    assert "it is not signed" in said(acting(repo, GRACE), "approve").why_not
    assert "has not the role approver" in signing.approve(repo, MALLORY).why_not
    given = signing.approve(repo, GRACE)
    assert (given.counts, given.key) == (True, signing.of("grace"))
    signing.approve(repo, MALLORY, "1.1.0")
    with pytest.raises(GateFailed, match=r"Mallory: the key ed25519:.* has not the role approver"):
        promoted(repo, "1.1.0")
    assert promoted(repo, "1.0.0").approved_by == ("Grace",)


def test_one_key_counts_once_whatever_name_it_signs_under(signing: Keys):
    keys = [signing.of("grace"), signing.of("third")]
    repo = adopted(three(), policy_text({"approver": keys}, gate(2)))
    signing.approve(repo, GRACE)
    twin = replace(GRACE, pseudonym="p-twin", name="Twin", host="elsewhere")
    signing.approve(repo, twin)
    assert counted(repo) == [("Grace", "the same person approved again later"), ("Twin", "")]


def test_an_unsigned_approval_does_not_replace_a_signed_one(signing: Keys):
    repo = adopted(three(), policy_text({"approver": [signing.of("grace")]}, gate()))
    signing.approve(repo, GRACE)
    said(acting(repo, GRACE), "approve")
    assert [why for _, why in counted(repo)] == ["", "it is not signed, and the policy asks for signed approvals"]


def test_the_author_is_known_by_the_key_that_signed_a_promotion(signing: Keys):
    repo = adopted(three(), policy_text({"approver": [signing.of("ada")]}, gate()))
    signing.promote(repo, ADA, "1.1.0", stage="staging")
    hidden = replace(ADA, pseudonym="p-x", name="X", email="", login="x", uid=7)
    signing.use("ada")
    assert said(acting(repo, hidden), "approve").why_not == "the author of the version does not count"


def test_the_same_user_under_two_pseudonyms_counts_once():
    repo = adopted(three(), '[[gates]]\nto = "production"\napprovals = 2\n')
    said(acting(repo, GRACE), "approve")
    said(acting(repo, replace(GRACE, pseudonym="p-second", name="G.")), "approve")
    assert [why for _, why in counted(repo)] == ["the same person approved again later", ""]


def test_an_approval_is_bound_to_the_version_behind_the_number():
    repo = acting(three(), GRACE)
    other = {"number": "1.0.0", "version": repo["v2"].id, "stage": "production"}
    repo.moves.note(EventDraft("approve", "models/churn", "read", other))
    assert approvals.all_of(repo, reading.resolve(repo, "churn/1.0.0")) == []
