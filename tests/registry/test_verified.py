"""A reader with pinned keys loads only what they prove, whatever somebody wrote into the folder of the store."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.catalogue.events.log import key_of
from nbmodelver.errors import MissingLibrary, NotVerified, UsageError
from nbmodelver.registry import approvals, audit, lifecycle, loading, promote
from nbmodelver.repo import Repo
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.repo.core.signing import PinnedKeys
from tests.registry.samples import ADA, GRACE, MALLORY, acting, adopted, promoted, three
from tests.registry.signed import Keys, gate, policy_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model.registry import RegisteredVersion

PRODUCTION = "stages/churn/production"
F1 = '[[gates]]\nto = "production"\nrequire = "metrics.f1 >= 0.8"\n'


def rules(signing: Keys, more: str = "", revoked: tuple[str, ...] = ()) -> str:
    roles = {"approver": [signing.of("grace"), signing.of("other")], "writer": [signing.of("ada")], "admin": ["ada"]}
    return policy_text(roles, f"{F1}\n{gate()}\n{more}", [signing.of(name) for name in revoked])


@pytest.fixture
def repo(signing: Keys) -> Repo:
    """churn/1.0.0 is in production: Grace approved, Ada promoted, the admin signed the policy, the reader pinned."""
    signing.pin("admin")
    repo = signing.adopt(three(), rules(signing))
    signing.approve(repo, GRACE)
    signing.promote(repo, ADA)
    return repo


def verified(repo: Repo, address: str = "models:/churn@production", **more: Any) -> Any:
    return loading.load(address, store=Repo(repo.backend), require="verified", **more)


def refusal(repo: Repo, address: str = "models:/churn@production") -> str:
    with pytest.raises(NotVerified) as caught:
        verified(repo, address)
    assert caught.value.hint
    return caught.value.message


def test_a_promotion_that_signatures_cover_is_loaded_by_stage_and_by_number(repo: Repo):
    assert verified(repo).max_depth == 2
    assert verified(repo, "churn/1.0.0").max_depth == 2
    assert refusal(repo, "churn/1.1.0").endswith("it is in no stage, so no promotion proves it")


def test_without_pins_it_says_how_to_pin(repo: Repo, signing: Keys):
    PinnedKeys().remove(signing.of("admin"))
    assert refusal(repo).endswith("you pinned no public key")
    signing.pin("mallory")
    assert refusal(repo).endswith("no policy is signed by a key that you pinned")


def test_without_the_library_nothing_is_called_verified(repo: Repo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    with pytest.raises(MissingLibrary):
        verified(repo)


def test_an_unknown_requirement_is_refused(repo: Repo):
    with pytest.raises(UsageError, match="is unknown"):
        loading.load("churn", store=repo, require="approved")  # type: ignore[arg-type]


def test_a_damaged_log_is_refused(repo: Repo):
    event = list(repo.moves.log.newest())[3]
    repo.backend.delete(key_of(event.writer, event.sequence))
    assert "the log is damaged" in refusal(repo)
    acting(Repo(repo.backend), ADA)
    audit.accept(acting(Repo(repo.backend), ADA), "known")
    assert "no admin signed the acceptance of damage by Ada" in refusal(repo)


def forced_in(repo: Repo, signing: Keys) -> None:
    signing.promote(repo, ADA, "1.1.0", is_forced=True)


def unsigned(repo: Repo, signing: Keys) -> None:
    signing.approve(repo, GRACE, "1.1.0")
    promoted(acting(repo, ADA), "1.1.0")


def by_a_stranger(repo: Repo, signing: Keys) -> None:
    """Somebody with another key claims to be Ada, in software that checks nothing."""
    signing.approve(repo, GRACE, "1.1.0")
    signing.use("mallory")
    moved(repo, "1.1.0")


def without_approvals(repo: Repo, signing: Keys) -> None:
    """A writer claims that the gates passed."""
    signing.use("ada")
    moved(repo, "1.1.0")


def unsigned_approval(repo: Repo, signing: Keys) -> None:
    approvals.state(acting(repo, GRACE), "churn/1.1.0", "production", "approve", "read")
    signing.use("ada")
    moved(repo, "1.1.0")


def without_a_gate(repo: Repo, signing: Keys) -> None:
    signing.approve(repo, GRACE, "1.1.0")
    signing.use("ada")
    moved(repo, "1.1.0", [["approvals", "pass", ""]])


def purged(repo: Repo, _signing: Keys) -> None:
    repo.purge(["rows"])


def weakened(repo: Repo, signing: Keys) -> None:
    """Somebody without the admin's key drops the gates, then a writer promotes."""
    adopted(repo, policy_text({"writer": [signing.of("ada")]}))
    signing.promote(repo, ADA, "1.1.0")


def put_beside(repo: Repo, signing: Keys) -> None:
    """It comes into production as the former holder of another stage."""
    more = 'stages.production = {}\nstages.staging = { former = "production" }\n'
    signing.adopt(repo, more + rules(signing))
    signing.promote(repo, ADA, "1.1.0", stage="staging")
    signing.promote(repo, ADA, "2.0.0", stage="staging")


def moved(repo: Repo, number: str, gates: object = None) -> None:
    """What a program writes that checks no gate."""
    version = next(v for v in (_registered(repo)) if v.number == number)
    passed = gates or [["metrics.f1 >= 0.8", "pass", "0.81"], ["approvals", "pass", "1 of 1"]]
    data: Any = {"number": number, "gates": passed, "forced": []}
    value: Any = {"number": number, "version": version.version}
    acting(repo, ADA).moves.run(
        EventDraft("promote", "models/churn", "trust me", data),
        [Wanted(PRODUCTION, repo.moves.state(PRODUCTION), value)],
    )


def _registered(repo: Repo) -> list[RegisteredVersion]:
    from nbmodelver.registry import reading

    return reading.versions(repo, "churn")


@pytest.mark.parametrize(
    ("attack", "why"),
    [
        (forced_in, "forced it past"),
        (unsigned, "the promote to production by Ada on .* is not signed"),
        (by_a_stranger, "which the policy does not list"),
        (without_approvals, "0 of 1 approvals for production are signed\nsee"),
        (unsigned_approval, "0 of 1 approvals for production are signed; Grace: it is not signed"),
        (without_a_gate, "does not state that 'metrics.f1 >= 0.8' passed"),
        (purged, "its version is not the one that was promoted"),
        (weakened, "no key that you pinned signed the policy"),
        (put_beside, "without a promotion of its own"),
    ],
)
def test_what_the_policy_does_not_allow_is_refused(
    repo: Repo, signing: Keys, attack: Callable[[Repo, Keys], None], why: str
):
    attack(repo, signing)
    signing.use(None)
    with pytest.raises(NotVerified, match=why):
        verified(repo)


def test_a_withdrawn_approval_and_a_revoked_key_count_no_more(repo: Repo, signing: Keys):
    signing.approve(repo, GRACE, outcome="withdraw")
    assert "it was withdrawn later" in refusal(repo)
    signing.use("grace")
    signing.adopt(repo, rules(signing, revoked=("grace",)))
    signing.approve(repo, GRACE)
    assert "0 of 1 approvals" in refusal(repo)


def test_a_revocation_leaves_the_promotions_that_it_knew(repo: Repo, signing: Keys):
    signing.adopt(repo, rules(signing, revoked=("grace", "ada")))
    assert verified(repo).max_depth == 2


def test_a_promotion_by_a_revoked_key_is_refused(repo: Repo, signing: Keys):
    signing.approve(repo, GRACE, "1.1.0")
    signing.adopt(repo, rules(signing, revoked=("ada",)))
    signing.use("ada")
    moved(repo, "1.1.0")
    assert "was revoked before" in refusal(repo)


def test_the_way_back_leads_to_a_promotion_that_is_proven(repo: Repo, signing: Keys):
    signing.approve(repo, GRACE, "1.1.0")
    signing.promote(repo, ADA, "1.1.0")
    signing.use("ada")
    promote.back(acting(repo, ADA), "churn", "", "complaints")
    signing.use(None)
    assert verified(repo).max_depth == 2
    signing.promote(repo, ADA, "2.0.0", is_forced=True)
    signing.approve(repo, GRACE, "1.1.0")
    signing.promote(repo, ADA, "1.1.0")
    signing.use("ada")
    promote.back(acting(repo, ADA), "churn", "", "complaints")
    signing.use(None)
    assert "forced it past" in refusal(repo)


def test_a_gated_way_back_states_its_gates(repo: Repo, signing: Keys):
    signing.adopt(repo, 'stages.production = { back = "gated" }\n' + rules(signing))
    signing.approve(repo, GRACE, "1.1.0")
    signing.promote(repo, ADA, "1.1.0")
    signing.use("ada")
    promote.back(acting(repo, ADA), "churn", "", "complaints")
    signing.use(None)
    assert verified(repo).max_depth == 2


def test_a_promotion_that_ignores_a_newer_policy_is_refused(repo: Repo, signing: Keys):
    """A writer promotes in a copy of the store in which the newer policy is unknown."""
    from nbmodelver.store.backends.memory import MemoryBackend

    copy = MemoryBackend()
    for key in repo.backend.list(""):
        copy.create(key, [bytes(repo.backend.read(key))])
    signing.adopt(repo, rules(signing, more="# stricter"))
    other = Repo(copy)
    signing.approve(other, GRACE, "1.1.0")
    signing.promote(other, ADA, "1.1.0")
    for key in copy.list("events/"):
        repo.backend.create(key, [bytes(copy.read(key))])
    repo.refs.move(PRODUCTION, repo.refs.get(PRODUCTION), other.refs.get(PRODUCTION) or "")
    assert "ignores the policy of" in refusal(repo)


def test_a_number_that_was_registered_again_is_refused(repo: Repo):
    """Somebody gives the number of the promoted version to another variable."""
    version = _registered(repo)[-1].version
    state = repo.moves.state("models/churn")
    draft = EventDraft("register", "models/churn", "", {"number": "1.0.0", "version": version}, {"variable": "rows"})
    acting(repo, MALLORY).moves.run(draft, [Wanted("models/churn", state, {"newest": "1.0.0"})])
    assert "its promotion does not know its registration" in refusal(repo)


def test_an_archived_version_stays_refused_and_a_deprecated_one_warns(repo: Repo):
    acting(repo, ADA)
    lifecycle.deprecate(repo, "churn/1.0.0", "old")
    with pytest.warns(Warning, match="is deprecated"):
        assert verified(repo).max_depth == 2


def test_a_policy_without_keys_for_writers_asks_for_any_listed_key(signing: Keys):
    signing.pin("admin")
    text = policy_text({"approver": [signing.of("grace")]}, gate())
    repo = signing.adopt(three(), text)
    signing.approve(repo, GRACE)
    signing.promote(repo, MALLORY)
    assert "which the policy does not list" in refusal(repo)


def test_the_newest_policy_must_be_signed_and_unsigned_ones_before_count_for_nothing(repo: Repo, signing: Keys):
    adopted(repo, rules(signing, more="# unsigned"))
    assert "no key that you pinned signed the policy" in refusal(repo)
    signing.adopt(repo, rules(signing))
    assert verified(repo).max_depth == 2
