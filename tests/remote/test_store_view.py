"""A store as heads and segments: what a reader has seen is continued, and equal content has the same head."""

from nbmodelver.remote import segments
from nbmodelver.remote.known import Known
from nbmodelver.remote.store_view import view_of
from tests.remote.places import new_store

ID = "a" * 32


def store(count):
    repo = new_store()
    for number in range(count):
        repo.commit({"x": number})
    return repo


def test_an_empty_store_has_no_heads():
    view = view_of(new_store(), ID, None)
    assert (view.heads, view.segments) == ({}, {})


def test_a_view_has_every_version_and_pack_of_the_store():
    repo = store(3)
    view = view_of(repo, ID, None)
    head = view.heads["work"]
    assert head.refs == {"heads/main": repo["v3"].id}
    assert head.sequence == 1
    [data] = view.segments.values()
    found = segments.decode(data, "it")
    assert [record.number for record in found.records] == [1, 2, 3]
    assert {pack.name for pack in found.packs} == {key.rpartition("/")[2] for key in repo.backend.list("packs/")}


def test_a_view_continues_what_the_reader_saw():
    repo, reader = store(2), new_store()
    known = Known(reader.backend, ID)
    first = view_of(repo, ID, known)
    for listing in first.heads["work"].segments:
        known.keep(listing.key, first.segments[listing.key])
    known.remember(first.heads["work"])
    again = view_of(repo, ID, Known(reader.backend, ID))
    assert again.heads["work"].id == first.heads["work"].id
    assert again.segments == {}
    repo.commit({"x": "new"})
    after = view_of(repo, ID, Known(reader.backend, ID))
    assert (after.heads["work"].sequence, after.heads["work"].previous) == (2, first.heads["work"].id)
    assert len(after.segments) == 1
