"""The list of schedules: in the store, by user and machine, and what was missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nbmodelver.actions.schedule import kept
from nbmodelver.errors import StoreReadOnly, UsageError
from nbmodelver.model.schedules import Schedule, ScheduledRun
from nbmodelver.registry import audit
from tests.registry.samples import GRACE, acting, study

RUN = ScheduledRun("done", "2 versions in /copy", "", "2026-11-30T03:17:00", 1.5)


def one(repo, name="backup", **more):
    return replace(Schedule(kept.id_of(repo, name), name, "backup", "daily", "cron", ("/copy",), is_mine=True), **more)


@pytest.fixture
def repo(monkeypatch):
    made = study()
    monkeypatch.setattr(kept.socket, "gethostname", lambda: "lab")  # The machine of Ada in the samples.
    return made


def test_a_schedule_is_listed_with_its_newest_run_and_by_whom(repo):
    kept.add(repo, one(repo))
    kept.record(repo, one(repo), RUN)
    kept.record(repo, one(repo), replace(RUN, outcome="failed", said="disk full"))
    (found,) = kept.listed(repo)
    assert (found.name, found.when, found.words, found.by, found.is_mine) == (
        "backup",
        "daily",
        ("/copy",),
        "Ada",
        True,
    )
    assert found.run is not None
    assert (found.run.outcome, found.run.said, found.run.duration_s) == ("failed", "disk full", 1.5)
    assert found.missed == "backup: the last run failed: disk full"
    assert audit.verify(repo).problems == ()


def test_adding_it_again_as_it_is_writes_no_event_and_other_arguments_do(repo):
    kept.add(repo, one(repo))
    before = repo.moves.log.count()
    kept.add(repo, one(repo))
    assert repo.moves.log.count() == before
    kept.add(repo, one(repo, words=("/other",)))
    assert repo.moves.log.count() == before + 1
    assert [s.words for s in kept.listed(repo)] == [("/other",)]


def test_a_schedule_of_another_user_or_machine_is_not_mine(repo, monkeypatch):
    kept.add(repo, one(repo))
    ours = kept.id_of(repo, "backup")
    acting(repo, GRACE)
    assert [s.is_mine for s in kept.listed(repo)] == [False]
    assert kept.id_of(repo, "backup") != ours
    with pytest.raises(UsageError, match="you have no schedule 'backup' here"):
        kept.find(repo, "backup")
    assert "backup of Ada on lab: never ran" in kept.listed(repo, datetime.now() + timedelta(days=3))[0].missed


def test_a_removed_one_is_gone_and_its_runs_stay_in_the_log(repo):
    kept.add(repo, one(repo))
    kept.record(repo, one(repo), RUN)
    kept.remove(repo, kept.find(repo, "backup"))
    assert kept.listed(repo) == []
    page = audit.page(repo, audit.AuditRequest(kinds=("schedule",)))
    assert [e.data.get("outcome") for e in page.events] == [None, "done", None]


def test_a_run_of_lines_that_were_installed_by_hand_puts_it_on_the_list(repo):
    kept.record(repo, one(repo, how="hand"), RUN)
    assert [(s.name, s.how) for s in kept.listed(repo)] == [("backup", "hand")]


@pytest.mark.parametrize(
    ("later", "says"),
    [
        (timedelta(minutes=30), ""),  # Not due yet, or within the hour in which it may still begin.
        (timedelta(days=3, hours=2), "backup: last run 3 days ago, due daily"),
    ],
)
def test_a_run_is_missed_when_its_time_has_passed(repo, later, says):
    kept.add(repo, one(repo))
    kept.record(repo, one(repo), RUN)
    last = kept._local(kept.listed(repo)[0].run.at_utc)
    assert kept.listed(repo, last + later)[0].missed == says


def test_a_schedule_that_never_ran_is_missed_once_it_was_due(repo):
    kept.add(repo, one(repo))
    (found,) = kept.listed(repo)
    assert found.missed == ""
    assert "backup: never ran since" in kept.missed(found, datetime.now() + timedelta(days=2))


def test_a_store_without_events_has_none_and_a_read_only_one_lists_them(repo, monkeypatch):
    kept.add(repo, one(repo))

    def refuse():
        raise StoreReadOnly("read-only")

    monkeypatch.setattr(repo.moves, "person", refuse)
    assert [s.name for s in kept.listed(repo)] == ["backup"]
    monkeypatch.setattr(type(repo.moves), "has_events", property(lambda _self: False))
    assert kept.listed(repo) == []


def test_no_password_of_a_database_is_kept(repo):
    kept.add(repo, one(repo, words=("mssql://host/db?password=secret", "--query", "x")))
    assert kept.listed(repo)[0].words == ("mssql://host/db?...", "--query", "x")
    kept.add(repo, one(repo, words=("postgresql://ada:secret@host/db", "--query", "x")))
    assert kept.listed(repo)[0].words == ("postgresql://...@host/db", "--query", "x")
    before = repo.moves.log.count()
    kept.add(repo, one(repo, words=("postgresql://ada:secret@host/db", "--query", "x")))
    assert repo.moves.log.count() == before
