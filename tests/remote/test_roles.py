"""A fetch follows only moves of the registry that the head `registry` of the remote confirms."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import Diverged, NotPushed, RefMoved, UnknownModel
from nbmodelver.model.events import Person
from nbmodelver.registry import audit, policy, promote, reading, register, signers
from nbmodelver.registry.audit import AuditRequest
from nbmodelver.registry.promote import PromoteRequest
from nbmodelver.registry.register import RegisterRequest
from nbmodelver.remote.fetch import FetchOptions, fetch
from nbmodelver.remote.push import push
from nbmodelver.remote.registry_head import registry_of
from nbmodelver.repo import Repo
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.repo.maintain.backup import ORDER, backup
from nbmodelver.repo.maintain.repair import repair
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Denying, Killed
from nbmodelver.views import audit as shown_audit
from nbmodelver.views.remotes import fetched as shown_fetch
from tests.remote.places import ADDRESS, ALL, cloned, connected, copied, fetched, new_store, pushed, refs, reopened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbmodelver.model import Json
    from nbmodelver.model.remotes import Fetched

STAGE, ALIAS, MODEL = "stages/churn/production", "aliases/churn/champion", "models/churn"


class As:
    def __init__(self, name: str) -> None:
        self.is_now = Person(f"p-{name}", name=name)

    def person(self, _store: str, _given: str = "") -> Person:
        return self.is_now


def named(repo: Repo, name: str) -> Repo:
    repo.moves._identities = As(name)  # type: ignore[assignment]
    return repo


def team() -> tuple[Repo, Repo, Repo, MemoryStorage]:
    """Ana, who may promote, ben, who may not, and a reader. Each has churn 1.0.0 to 3.0.0 of v1 to v5, 1.0.0 in use."""
    ana, storage = named(new_store(), "ana"), MemoryStorage()
    for number in range(1, 6):
        ana.commit({"x": number})
    for number in range(1, 4):
        registered(ana, number)
    promoted(ana, 1)
    promote.alias(ana, "churn/1.0.0", "champion")
    pushed(ana, storage, ALL)
    return ana, named(cloned(storage), "ben"), named(cloned(storage), "eve"), storage


def registered(repo: Repo, number: int) -> None:
    register.register(repo, RegisterRequest("churn", f"v{number}", "x", f"{number}.0.0"))


def promoted(repo: Repo, number: int, *, settles: bool = False) -> None:
    promote.promote(repo, PromoteRequest(f"churn/{number}.0.0", "production", "it is better", settles=settles))


def sent_without_rights(repo: Repo, storage: MemoryStorage) -> None:
    denying = Denying(storage, "registry/")
    with pytest.raises(NotPushed, match="your rights do not allow you to promote"):
        push(repo, connected(repo, denying), ALL)


def holder(repo: Repo) -> str:
    return reading.holders(repo, "stages/", "churn")["production"]


def is_sound(repo: Repo) -> None:
    assert check_events(repo).problems == ()
    assert reading.diverged(repo, "churn") == ()


def text(done: Fetched) -> str:
    return " ".join(str(shown_fetch(done, [])).split())


def move(repo: Repo, kind: str, *wanted: tuple[str, Json], subject: str = MODEL, **data: Json) -> None:
    moves = [Wanted(ref, repo.moves.state(ref), after) for ref, after in wanted]
    repo.moves.run(EventDraft(kind, subject, "mine", data), moves)


def killed_fetches(base: Repo, storage: MemoryStorage) -> Iterator[tuple[int, Repo]]:
    """Kill a fetch of a copy of a store before each of its changes. Yield the number of changes that were made, and the
    store as the next process opens it.
    """
    for left in range(200):
        eve = copied(base)
        connection = connected(eve, storage)
        eve.backend.left = left  # type: ignore[attr-defined]
        try:
            fetch(eve, connection, FetchOptions())
        except Killed:
            yield left, reopened(eve)
        else:
            return
        finally:
            eve.backend.left = 10**9  # type: ignore[attr-defined]
    raise AssertionError("the fetch never ended")


def test_p8_a_promotion_by_a_writer_moves_no_stage_of_others():
    ana, ben, eve, storage = team()
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    for repo in (ana, eve, cloned(storage)):
        done = fetched(repo, storage)
        assert holder(repo) == "1.0.0"
        assert [h.registered.number for h in reading.history(repo, "churn", "production")] == ["1.0.0"]
        assert done.moved == ()
        is_sound(repo)
        assert check_events(repo).unconfirmed == 1
    assert holder(ben) == "3.0.0"
    assert eve.moves.log.keys().keys() >= ben.moves.log.keys().keys() - {
        e.id for e in ben.moves.log.about("heads/main")
    }


def test_a_fetch_names_the_moves_that_it_does_not_apply():
    _, ben, eve, storage = team()
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    done = fetched(eve, storage)
    assert done.unapplied == ("ben: churn@production: 1.0.0 -> 3.0.0",)
    assert done.to_dict()["unapplied"] == [*done.unapplied]
    assert text(done).endswith(
        "1 move of models was not applied: the head registry of origin does not have it "
        "(ben: churn@production: 1.0.0 -> 3.0.0)"
    )
    assert fetched(eve, storage).unapplied == ()


def test_the_audit_log_marks_an_event_that_is_not_confirmed():
    _, ben, eve, storage = team()
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    fetched(eve, storage)
    for subject in ("", "churn", "churn/3.0.0"):
        page = audit.page(eve, AuditRequest(subject))
        assert list(page.unconfirmed.values()) == ["origin"]
        assert page.events[0].id in page.unconfirmed
        assert " ".join(str(shown_audit(page)).split()).count("not confirmed by origin") == 1
    assert audit.page(ben, AuditRequest()).unconfirmed == {}


@pytest.mark.parametrize(
    ("ref", "value"),
    [
        (STAGE, {"number": "3.0.0", "version": "x"}), (STAGE, None), (ALIAS, {"number": "3.0.0", "version": "x"}),
        (ALIAS, None), ("aliases/churn/new", {"number": "3.0.0", "version": "x"}), ("policy", {"lines": 1}),
        ("models/other", {"newest": "1"}), ("deployments/web", {"model": "churn", "number": "3.0.0"}),
        ("drifts/x", {"name": "y"}), ("states/x", {"state": "archived"}),
    ],
)  # fmt: skip
def test_p8_no_ref_of_the_registry_follows_a_writer(ref: str, value: Json):
    _, ben, eve, storage = team()
    before = eve.moves.state(ref)
    move(ben, "promote", (ref, value))
    sent_without_rights(ben, storage)
    assert len(fetched(eve, storage).unapplied) == 1
    assert eve.moves.state(ref) == before
    assert cloned(storage).moves.state(ref) == before
    assert check_events(eve).problems == ()


def test_p8_a_policy_of_a_writer_is_neither_in_force_nor_in_the_list():
    _, ben, eve, storage = team()
    move(ben, "policy", ("policy", {"lines": 1}), subject="policy", text="format = 1", weaker=[])
    ben.moves.note(EventDraft("policy", "policy", data={"text": "format = 1"}))
    sent_without_rights(ben, storage)
    fetched(eve, storage)
    assert policy.in_force(eve).id == ""
    assert signers.policies(eve) == []


def test_p8_a_registration_of_a_writer_is_no_version_of_others():
    ana, ben, eve, storage = team()
    registered(ben, 4)
    ben.moves.note(EventDraft("register", MODEL, data={"number": "5.0.0", "version": ben["v4"].id}))
    sent_without_rights(ben, storage)
    fetched(eve, storage)
    assert [v.number for v in reading.versions(eve, "churn")] == ["3.0.0", "2.0.0", "1.0.0"]
    with pytest.raises(UnknownModel):
        reading.resolve(eve, "churn/4.0.0")
    fetched(ana, storage)
    registered(ana, 4)
    pushed(ana, storage)
    fetched(eve, storage)
    assert [v.number for v in reading.versions(eve, "churn")] == ["4.0.0", "3.0.0", "2.0.0", "1.0.0"]
    assert reading.versions(eve, "churn")[0].by == "ana"


def test_p8_one_event_with_a_tag_and_a_stage_moves_the_tag_only():
    _, ben, eve, storage = team()
    version = ben["v2"].id
    move(ben, "promote", ("tags/best", version), (STAGE, {"number": "3.0.0", "version": "x"}))
    sent_without_rights(ben, storage)
    fetched(eve, storage)
    assert eve.refs.get("tags/best") == version
    assert holder(eve) == "1.0.0"
    is_sound(eve)


def test_p8_an_event_that_moves_nothing_settles_nothing():
    ana, ben, eve, storage = team()
    promoted(ana, 2)
    pushed(ana, storage)
    promotion = ana.moves.state(STAGE)
    assert promotion is not None
    ben.moves.note(EventDraft("check", STAGE, data={"settles": [promotion.event]}))
    push(ben, connected(ben, Denying(storage, "registry/")))
    fetched(eve, storage)
    assert holder(eve) == "2.0.0"
    is_sound(eve)


def test_the_next_promotion_needs_no_settlement_and_is_followed():
    ana, ben, eve, storage = team()
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    fetched(ana, storage)
    promoted(ana, 2)
    pushed(ana, storage)
    for repo in (eve, cloned(storage)):
        fetched(repo, storage)
        assert holder(repo) == "2.0.0"
        is_sound(repo)
        assert [h.registered.number for h in reading.history(repo, "churn", "production")] == ["2.0.0", "1.0.0"]
    with suppress(NotPushed):
        fetched(ben, storage)
    assert reading.diverged(ben, "churn") == ("production",)
    assert holder(ben) == "3.0.0"


def test_a_store_never_confirms_the_move_of_somebody_else():
    ana, ben, eve, storage = team()
    promoted(ben, 3)
    promote.alias(ben, "churn/3.0.0", "new")
    sent_without_rights(ben, storage)
    fetched(ana, storage)
    ana.commit({"x": 9})
    promote.alias(ana, "churn/2.0.0", "champion")
    pushed(ana, storage, ALL)
    fetched(eve, storage)
    assert (holder(eve), eve.moves.state("aliases/churn/new")) == ("1.0.0", None)
    assert reading.holders(eve, "aliases/", "churn") == {"champion": "2.0.0"}
    assert "aliases/churn/new" not in refs(storage)


def test_a_move_is_followed_as_soon_as_its_author_gets_the_rights():
    ana, ben, eve, storage = team()
    promoted(ben, 3)
    promote.remove_alias(ben, "churn", "champion")
    sent_without_rights(ben, storage)
    fetched(eve, storage)
    fetched(ana, storage)
    pushed(ben, storage)
    for repo in (ana, eve, cloned(storage)):
        done = fetched(repo, storage)
        assert holder(repo) == "3.0.0"
        assert done.unapplied == ()
        assert reading.holders(repo, "aliases/", "churn") == {}
        is_sound(repo)
        assert check_events(repo).unconfirmed == 0
        assert audit.page(repo, AuditRequest()).unconfirmed == {}
    assert fetched(eve, storage).moved == ()


def test_a_push_over_a_move_that_was_confirmed_meanwhile_needs_a_fetch():
    ana, ben, _, storage = team()
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    fetched(ana, storage)
    promoted(ana, 2)
    pushed(ben, storage)
    with pytest.raises(Diverged, match="another value of stages/churn/production"):
        pushed(ana, storage)
    fetched(ana, storage)
    assert reading.diverged(ana, "churn") == ("production",)
    with pytest.raises(RefMoved):
        promoted(ana, 1)


def test_a_kill_at_any_change_applies_confirmed_moves_only():
    ana, ben, base, storage = team()
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    promote.alias(ana, "churn/2.0.0", "champion")
    pushed(ana, storage)
    count = 0
    for left, again in killed_fetches(base, storage):
        count += 1
        assert holder(again) == "1.0.0", left
        assert check_events(again).problems == (), left
        fetched(again, storage)
        assert (holder(again), reading.holders(again, "aliases/", "churn")) == ("1.0.0", {"champion": "2.0.0"}), left
        is_sound(again)
    assert count > 10


def test_a_kill_at_any_change_of_a_late_confirmation_is_completed_by_the_next_fetch():
    _, ben, base, storage = team()
    promoted(ben, 3)
    promote.alias(ben, "churn/3.0.0", "champion")
    sent_without_rights(ben, storage)
    fetched(base, storage)
    pushed(ben, storage)
    count = 0
    for left, again in killed_fetches(base, storage):
        count += 1
        assert check_events(again).problems == (), left
        fetched(again, storage)
        assert (holder(again), reading.holders(again, "aliases/", "churn")) == ("3.0.0", {"champion": "3.0.0"}), left
        is_sound(again)
    assert count > 5


def second(repo: Repo, storage: MemoryStorage, name: str = "backup") -> None:
    fetch(repo, connected(repo, storage, name))


@pytest.mark.parametrize("is_confirmed_first", [True, False])
def test_one_of_two_remotes_confirms(*, is_confirmed_first: bool):
    _, ben, eve, storage = team()
    backup = MemoryStorage(ADDRESS)
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    push(ben, connected(ben, backup, "backup"), ALL)
    for is_backup in (is_confirmed_first, not is_confirmed_first, is_confirmed_first):
        if is_backup:
            second(eve, backup)
        else:
            fetched(eve, storage)
    assert holder(eve) == "3.0.0"
    is_sound(eve)
    assert check_events(eve).unconfirmed == 0


def test_two_moves_of_promoters_at_the_same_time_are_a_conflict_for_all_until_it_is_settled():
    ana, ben, eve, storage = team()
    promoted(ana, 2)
    promoted(ben, 3)
    pushed(ana, storage)
    with pytest.raises(Diverged):
        pushed(ben, storage)
    fetched(ben, storage)
    pushed(ben, storage)
    pushed(ben, storage)
    fresh = cloned(storage)
    for repo in (ana, eve):
        fetched(repo, storage)
    for repo in (ana, ben, eve, fresh):
        assert reading.diverged(repo, "churn") == ("production",)
        assert check_events(repo).problems == ()
    assert [holder(repo) for repo in (ana, ben, eve, fresh)] == ["2.0.0", "3.0.0", "2.0.0", "2.0.0"]
    pushed(ana, storage)
    promoted(ben, 1, settles=True)
    pushed(ben, storage)
    for repo in (ana, eve, fresh, cloned(storage)):
        fetched(repo, storage)
        assert holder(repo) == "1.0.0"
        is_sound(repo)


def test_two_registrations_at_the_same_time_are_seen_by_all():
    ana, ben, eve, storage = team()
    for repo, number in ((ana, 4), (ben, 5)):
        registered(repo, number)
        with suppress(Diverged):
            pushed(repo, storage, ALL)
    fetched(ben, storage)
    pushed(ben, storage, ALL)
    fetched(eve, storage)
    for repo in (eve, cloned(storage)):
        numbers = {v.number for v in reading.versions(repo, "churn")}
        assert numbers == {"1.0.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0"}


def test_a_ref_that_a_promoter_deletes_is_deleted_everywhere_and_can_be_made_again():
    ana, _, eve, storage = team()
    promote.remove_alias(ana, "churn", "champion")
    done = pushed(ana, storage)
    assert [change.ref for change in done.changes] == [ALIAS]
    assert pushed(ana, storage).did_nothing
    assert refs(storage)[ALIAS]["value"] is None
    fetched(eve, storage)
    for repo in (eve, cloned(storage)):
        assert reading.holders(repo, "aliases/", "churn") == {}
        is_sound(repo)
    promote.alias(eve, "churn/2.0.0", "champion")
    pushed(eve, storage)
    fetched(ana, storage)
    for repo in (ana, cloned(storage)):
        assert reading.holders(repo, "aliases/", "churn") == {"champion": "2.0.0"}
        is_sound(repo)


def test_a_stage_that_a_version_leaves_is_deleted_elsewhere():
    ana, _, eve, storage = team()
    promote.promote(ana, PromoteRequest("churn/2.0.0", "staging", "try it"))
    pushed(ana, storage)
    promoted(ana, 2)
    pushed(ana, storage)
    for repo in (eve, cloned(storage)):
        fetched(repo, storage)
        assert reading.holders(repo, "stages/", "churn") == {"production": "2.0.0"}
        is_sound(repo)


def test_a_repair_applies_no_unconfirmed_move():
    _, ben, eve, storage = team()
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    fetched(eve, storage)
    eve.refs.delete(STAGE)
    assert (STAGE, "its last event") in repair(eve, dry_run=False).refs
    assert holder(eve) == "1.0.0"
    is_sound(eve)


def test_a_backup_applies_no_unconfirmed_move_also_after_an_interruption(tmp_path: Path):
    _, ben, eve, storage = team()
    backup(eve, tmp_path / "copy")
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    fetched(eve, storage)
    backup(eve, tmp_path / "copy")
    found = Repo(LocalBackend(tmp_path / "copy"))
    assert check_events(found).unconfirmed == 1
    found.refs.delete(STAGE)
    repair(found, dry_run=False)
    assert holder(found) == "1.0.0"
    assert ORDER.index("unconfirmed/") < ORDER.index("eventlogs/") < ORDER.index("events/")


def test_many_events_of_a_writer_are_folded_and_stay_without_effect():
    _, ben, eve, storage = team()
    for number in range(200):
        move(ben, "alias", ("aliases/churn/mine", {"number": f"{number}"}))
    sent_without_rights(ben, storage)
    done = fetched(eve, storage)
    assert len(done.unapplied) == 200
    assert "200 moves of models were not applied: the head registry of origin does not have them (ben: " in text(done)
    assert text(done).endswith("; and 197 more)")
    assert eve.moves.state("aliases/churn/mine") is None
    is_sound(Repo(eve.backend))
    pushed(ben, storage)
    fetched(eve, storage)
    assert eve.moves.state("aliases/churn/mine") == ben.moves.state("aliases/churn/mine")
    is_sound(Repo(eve.backend))


def test_the_entries_of_a_store_are_those_of_the_head_that_it_pushed():
    ana, ben, _, storage = team()
    promote.remove_alias(ana, "churn", "champion")
    pushed(ana, storage)
    promoted(ben, 3)
    sent_without_rights(ben, storage)
    fetched(ana, storage)
    there = {ref: entry for ref, entry in refs(storage).items() if not ref.startswith(("heads/", "tags/"))}
    assert registry_of(ana) == there
