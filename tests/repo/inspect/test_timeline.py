"""The history as a panel pages through it: its order, its drawing, its filters, and what ten thousand versions cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbmodelver.catalogue.index import Index
from nbmodelver.catalogue.records import Records
from nbmodelver.model import Kept, ObjectId, Skipped, Version, VersionId
from nbmodelver.repo import Repo
from nbmodelver.repo.inspect.timeline import Filter, Timeline, VersionLabels, labels_of
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend


def new_repo():
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)


def kept(name, digest, kind="dataset"):
    return Kept(name, 0, kind, "pandas.DataFrame", ObjectId(f"{digest:040x}"), 10)


def version(number, parents=(), digests=None, **more):
    return Version(
        VersionId(f"{number:040x}"), number, parents=tuple(parents),
        kept={n: kept(n, d) for n, d in (digests or {}).items()}, **more,
    )  # fmt: skip


def written(repo, *drafts):
    """The drafts as versions; parents are given by number."""
    made = {}
    for draft in drafts:
        parents = tuple(made[p].id for p in draft.parents)
        id_ = repo.history.records.write(replace(draft, parents=parents))
        made[draft.number] = replace(draft, id=id_, parents=parents)
    return made


def test_the_edges_of_a_filtered_history_lead_to_the_nearest_ancestor_that_is_shown():
    repo = new_repo()
    written(
        repo, version(1), version(2, [1], auto="auto"), version(3, [2]), version(4, [3], auto="auto"), version(5, [4])
    )
    total, page = Timeline(repo).page(Filter(auto=False), VersionLabels(), 0, 10)
    assert total == 3
    assert [(v.number, p.edges) for v, p in page] == [(5, ((0, 0),)), (3, ((0, 0),)), (1, ())]


def test_steps_name_what_is_new_changed_and_gone_and_what_came_back():
    repo = new_repo()
    written(
        repo,
        version(1, (), {"df": 1}),
        version(2, [1], {"df": 2}),
        version(3, [2], {"x": 1}, others=("df",)),
        version(4, [3], {"x": 1, "df": 1}),
        version(5, [4], {"x": 1}),
        version(6, [5], {"x": 1}, skipped=(Skipped("df", "df", "a lock"),)),
        version(7, [6], {"df": 9}),
    )
    steps = Timeline(repo).steps("df")
    assert [(s.version.number, s.status) for s in steps] == [
        (7, "added"), (5, "removed"), (4, "changed"), (2, "changed"), (1, "added"),
    ]  # fmt: skip
    assert steps[2].same_as is not None
    assert steps[2].same_as.number == 1
    assert Timeline(repo).page(Filter(name="df"), VersionLabels(), 0, 9)[0] == 4


def test_labels_leave_out_what_points_to_nothing():
    repo = new_repo()
    made = written(repo, version(1))
    repo.history.set_tag("good", made[1].id)
    repo.refs.move("tags/lost", None, "f" * 40)
    repo.history.set_branch("main", made[1].id)
    repo.history.set_note(made[1], "noted")
    labels = labels_of(repo)
    assert (dict(labels.tags), dict(labels.branches)) == ({"good": made[1].id}, {"main": made[1].id})
    assert labels.note_of(made[1]) == "noted"
    assert labels.tags_of(made[1].id) == ["good"]


@pytest.fixture(scope="module")
def ten_thousand():
    repo = new_repo()
    ids = []
    for number in range(1, 10_001):
        parents = (ids[-30] if number % 50 == 0 else ids[-1],) if len(ids) > 30 or (number % 50 and ids) else ()
        draft = version(
            number, parents, {"df": number // 3, "model": number}, message=f"step {number}",
            params={"depth": number % 7}, metrics={"acc": number / 10_000},
        )  # fmt: skip
        ids.append(repo.history.records.write(draft))
    repo.gc(grace_s=0)
    return repo.backend


@pytest.mark.slow
def test_ten_thousand_versions_are_paged(ten_thousand, monkeypatch):
    timeline = Timeline(Repo(ten_thousand))
    with monkeypatch.context() as patch:
        read, real = [], Records.read
        patch.setattr(Records, "read", lambda self, id_: (read.append(id_), real(self, id_))[1])
        patch.setattr(Index, "documents", None)
        total, page = timeline.page(Filter(), VersionLabels(), 0, 100)
    assert (total, len(page), page[0][0].number) == (10_000, 100, 10_000)
    assert len(read) <= 100  # The page and nothing else, in a store that this process never saw.
    for wanted, found in ((Filter(text="step 99"), 111), (Filter(metric="acc", at_least=0.5), 5001)):
        total, page = timeline.page(wanted, VersionLabels(), 0, 100)
        assert (total, len(page)) == (found, 100)
    assert [v.number for v, _ in timeline.page(Filter(), VersionLabels(), 5000, 100)[1]] == list(range(5000, 4900, -1))
