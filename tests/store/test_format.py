"""The format is the one in FORMAT.md, and golden stores stay readable."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from nbmodelver.catalogue.records import Records
from nbmodelver.repo import open_repo
from nbmodelver.store import encodings, layout
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs
from tests.store.golden import FOLDER, FOLDER_2, FOLDER_3, FOLDER_ROWS, STAGE, moved, versions
from tests.store.samples import put_all
from tests.store.stranger import DECODERS, Stranger

GOLDEN = json.loads(FOLDER.with_suffix(".json").read_text())
FORMAT = (Path(encodings.__file__).parents[1] / "FORMAT.md").read_text()


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a new store with every encoding."""
    backend = LocalBackend(tmp_path / "store", create=True)
    layout.create(backend)
    for frames in (versions(), moved()):
        store, ids = PartStore(backend), None
        for arrays in frames:
            ids, _ = put_all(store, arrays, ids)
    Refs(backend).move("tags/größe", None, json.dumps(ids))
    return tmp_path / "store"


def test_a_stranger_with_format_md_reads_a_new_store(folder):
    stranger, store = Stranger(folder), PartStore(LocalBackend(folder))
    assert {p.entry.id for p in store._index.parts()} == set(stranger.places)
    for id_ in stranger.places:
        assert store.get(id_) == stranger.part(id_)
    assert stranger.refs() == Refs(LocalBackend(folder)).all()


def test_a_new_store_uses_every_encoding(folder):
    packs = PartStore(LocalBackend(folder))._index.packs().values()
    assert {b.encoding for c in packs for b in c.blocks} == set(DECODERS) == set(encodings.DECODERS)


def test_d11_the_golden_store_of_format_1_can_be_read():
    store = PartStore(LocalBackend(FOLDER))
    layout.check(LocalBackend(FOLDER), for_writing=False)
    for id_, expected in GOLDEN.items():
        assert hashlib.sha256(store.get(id_)).hexdigest() == expected
    for value in Refs(LocalBackend(FOLDER)).all("tags/").values():
        assert set(json.loads(value).values()) <= set(GOLDEN)
    assert store.verify(full=True) == []


def test_d11_the_golden_store_with_moved_rows_can_be_read():
    store, stranger = PartStore(LocalBackend(FOLDER_ROWS)), Stranger(FOLDER_ROWS)
    for id_, expected in json.loads(FOLDER_ROWS.with_suffix(".json").read_text()).items():
        assert hashlib.sha256(store.get(id_)).hexdigest() == expected
        assert store.get(id_) == stranger.part(id_)
    assert 10 in {b.encoding for c in store._index.packs().values() for b in c.blocks}


def test_d11_the_golden_store_of_format_2_can_be_read(tmp_path):
    shutil.copytree(FOLDER_2, tmp_path / "store")
    records = Records(LocalBackend(tmp_path / "store"))
    layout.check(LocalBackend(tmp_path / "store"), for_writing=True)
    expected = json.loads(FOLDER_2.with_suffix(".json").read_text())
    assert {v.id: [v.number, len(records._raw(v.id))] for v in records.all()} == expected
    assert len(list(records.journals.all())) == 2
    assert len(records.singles()) == 13
    assert {stone.number for stone in records.forgotten.all().values()} == {10, 11, 12, 295}


def test_a_stranger_with_format_md_reads_the_records_of_format_2():
    expected = json.loads(FOLDER_2.with_suffix(".json").read_text())
    assert {id_: v["number"] for id_, v in Stranger(FOLDER_2, packs=False).records().items()} == {
        id_: number for id_, (number, _) in expected.items()
    }


def test_d11_the_golden_store_of_format_3_can_be_read_and_continued(tmp_path):
    shutil.copytree(FOLDER_3, tmp_path / "store")
    repo = open_repo(tmp_path / "store")
    expected = json.loads(FOLDER_3.with_suffix(".json").read_text())
    assert [[e.id, e.kind, e.why, e.order] for e in repo.moves.log.newest()] == expected
    assert repo.moves.state(STAGE).value == {"number": "1.139.0"}
    assert {e.by.shown for e in repo.moves.log.about(STAGE)} == {"Ada Lovelace"}
    repo.tag("second", "v2")
    assert next(repo.moves.log.newest()).seen == (expected[0][0],)
    assert repo.verify() == []


def test_a_stranger_with_format_md_reads_the_events_of_format_3():
    assert Stranger(FOLDER_3, packs=False).events() == json.loads(FOLDER_3.with_suffix(".json").read_text())


def test_every_encoding_is_described():
    for number in encodings.DECODERS:
        assert re.search(rf"^\| {number} \| \w+ \|", FORMAT, re.MULTILINE), number
