"""Records, events, forgotten and purged versions of a store, as segments have them."""

from nbmodelver.catalogue.records import id_of
from nbmodelver.remote.segment_contents import events_of, forgotten_among, records_of, replaced_in
from tests.remote.places import new_store


def history():
    repo = new_store()
    for number in range(4):
        repo.commit({"x": number, "y": number})
    return repo, [repo[f"v{number}"].id for number in range(1, 5)]


def test_records_and_events_are_those_of_the_store():
    repo, ids = history()
    repo.tag("best", repo["v2"])
    records = list(records_of(repo, ids))
    assert [(one.number, one.parents) for one in records] == [
        (n + 1, tuple(ids[n - 1 : n]) if n else ()) for n in range(4)
    ]
    assert [id_of(one.raw) for one in records] == ids
    events = list(events_of(repo, sorted(repo.moves.log.keys())))
    assert {one.id for one in events} == set(repo.moves.log.keys())
    assert any(b"best" in one.raw for one in events)


def test_forgotten_ancestors_are_found_up_to_known_ones():
    repo, ids = history()
    repo.forget(["v1", "v2", "v3"])
    assert forgotten_among(repo, [ids[2]], ()) == {
        ids[2]: (3, (ids[1],)), ids[1]: (2, (ids[0],)), ids[0]: (1, ()),
    }  # fmt: skip
    assert set(forgotten_among(repo, [ids[2]], {ids[1]})) == {ids[2]}
    assert forgotten_among(repo, [ids[3]], ()) == {}


def test_purged_versions_lead_to_their_replacements():
    repo, ids = history()
    assert replaced_in(repo) == {}
    repo.purge("y")
    found = replaced_in(repo)
    assert set(found) == set(ids)
    assert all(repo.history.records.exists(new) for new in found.values())
