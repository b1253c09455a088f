import dataclasses
import json
import random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.catalogue import records as module
from nbmodelver.catalogue.journal import Record
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import Damaged, LimitExceeded, UnknownVersion
from nbmodelver.model import GitState, Group, ObjectId, Skipped, VersionId
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.samples import kept, version

FULL = version(
    7,
    ("a" * 40,),
    message="größer \ud800 \u202e",
    kept={"df": kept("df")},
    groups=(Group(("df",), ObjectId("b" * 40), 12, True, ("sklearn:SVC",)),),
    skipped=(Skipped("gen", "gen[0]", "a generator"),),
    params={"x": None, "n": [1, {"y": 2.5}], "big": 10**30, "inf": float("inf")},
    metrics={"acc": 0.1},
    git=GitState("c" * 40, "main", True),
)


@pytest.fixture
def backend():
    return MemoryBackend()


def stored_key(backend):
    (key,) = backend.list("records/")
    return key


def plant(backend, raw, id_=None):
    id_ = id_ or module.id_of(raw)
    backend.create(f"records/{id_[:2]}/{id_}", [raw if raw[:4] == b"\x28\xb5\x2f\xfd" else zstandard.compress(raw)])
    return id_


def test_a_version_comes_back_equal(backend):
    id_ = Records(backend).write(FULL)
    assert Records(backend).read(id_) == dataclasses.replace(FULL, id=id_)


def test_p7_the_id_covers_everything_but_itself(backend):
    records = Records(backend)
    id_ = records.write(FULL)
    assert records.write(dataclasses.replace(FULL, id=VersionId("f" * 40))) == id_
    for change in ({"parents": ()}, {"kept": {}}, {"message": "x"}, {"number": 8}, {"metrics": {"acc": 0.2}}):
        assert records.write(dataclasses.replace(FULL, **change)) != id_


def test_the_same_version_twice_is_one_record(backend):
    records = Records(backend)
    assert records.write(FULL) == records.write(FULL)
    assert len(records.ids()) == 1


@given(
    st.dictionaries(st.text(), st.floats(allow_nan=False)),
    st.dictionaries(
        st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)
    ),
)
def test_any_metrics_and_params_come_back(metrics, params):
    records = Records(MemoryBackend())
    draft = version(1, metrics=metrics, params=params)
    read = records.read(records.write(draft))
    assert dict(read.metrics) == metrics
    assert dict(read.params) == params


def test_an_unknown_version_is_named(backend):
    for id_ in ("0" * 40, "x", "../../etc/passwd", ""):
        assert not Records(backend).exists(id_)
        with pytest.raises(UnknownVersion):
            Records(backend).read(id_)


def test_p6_any_changed_byte_of_a_record_is_detected(backend):
    records = Records(backend)
    id_ = records.write(FULL)
    key = stored_key(backend)
    good = bytes(backend.read(key))
    for at in range(len(good)):
        for bad in (good[:at] + bytes([good[at] ^ 1 << random.randrange(8)]) + good[at + 1 :], good[:at]):
            backend.delete(key)
            backend.create(key, [bad])
            try:
                read = records.read(id_)
            except (Damaged, LimitExceeded):
                continue
            assert read == dataclasses.replace(FULL, id=id_), at


def test_d3_a_damaged_record_of_that_name_is_replaced(backend):
    records = Records(backend)
    id_ = records.write(FULL)
    key = stored_key(backend)
    backend.delete(key)
    backend.create(key, [b"garbage"])
    assert records.write(FULL) == id_
    assert records.read(id_).message == FULL.message


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"number":1,"surprise":2}',
        b'{"number":1,"kept":[{"name":"x"}]}',
        b'{"number":1,"kept":5}',
        b'{"number":1,"groups":[1]}',
        b'{"number":' + b"9" * 6000 + b"}",
        b'{"number":1,"params":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"number":1,"git":{"x":1}}',
        b"\xff\xfe",
    ],
)
def test_p19_hostile_records_are_refused(backend, raw):
    id_ = plant(backend, raw)
    with pytest.raises(Damaged):
        Records(backend).read(id_)


def test_p5_a_bomb_is_refused_before_it_is_opened(backend):
    bomb = zstandard.compress(b"0" * (module.MAX_RAW_BYTES + 1))
    assert len(bomb) < 10_000
    id_ = plant(backend, bomb, "a" * 40)
    with pytest.raises(LimitExceeded):
        Records(backend).read(id_)
    unsized = zstandard.ZstdCompressor(write_content_size=False).compress(b"{}")
    plant(backend, unsized, "b" * 40)
    with pytest.raises(LimitExceeded):
        Records(backend).read("b" * 40)


def test_brackets_in_strings_do_not_count_as_nesting():
    assert module.parse(json.dumps({"a": '[[[{{"\\' * 100}).encode())["a"]


@pytest.mark.parametrize("inner", [b"[%s]", b'{"a":%s}', b'[{"a":[%s]}]'])
def test_p19_json_may_be_as_deep_as_the_limit_and_no_deeper(inner):
    def nested(times):
        raw = b"1"
        for _ in range(times):
            raw = inner % raw
        return b'{"x":[' + b'"[[{{\\"", ' * 100 + raw + b"]}"

    step = inner.count(b"[") + inner.count(b"{")
    most = (module.MAX_DEPTH - 2) // step
    assert module.parse(nested(most))
    with pytest.raises(ValueError, match="nested"):
        module.parse(nested(most + 1))


def test_a_file_that_is_not_a_record_stops_the_listing(backend):
    backend.create("records/ab/other", [b"x"])
    with pytest.raises(Damaged):
        Records(backend).ids()


def test_a_deleted_record_is_unknown(backend):
    records = Records(backend)
    id_ = records.write(FULL)
    records.delete(id_)
    records.delete(id_)
    assert records.ids() == []
    assert not records.exists(id_)


def test_all_gives_every_version(backend):
    records = Records(backend)
    written = {records.write(version(n, cells=None)) for n in range(20)}
    assert {v.id for v in records.all()} == written


def sent(count, first=1):
    backend = MemoryBackend()
    records = Records(backend)
    ids = [records.write(version(first + n, message=str(n))) for n in range(count)]
    return [Record(id_, records.read(id_).number, records.stored(id_)) for id_ in ids]


@pytest.mark.parametrize("count", [1, module.MANY_ADDED, module.MANY_ADDED + 1, 300])
def test_records_of_another_store_are_added_once(backend, count):
    records = Records(backend)
    every = sent(count)
    assert records.add(every) == count
    assert records.add(every) == 0
    assert {v.id for v in Records(backend).all()} == {r.id for r in every}
    assert (len(list(backend.list("journals/"))) == 1) == (count > module.MANY_ADDED)
    assert list(Records(backend).numbers()) == list(range(count, 0, -1))


def test_an_added_record_with_another_hash_adds_nothing(backend):
    good, bad = sent(2)
    with pytest.raises(Damaged, match="another hash"):
        Records(backend).add([good, Record(bad.id, bad.number, bad.raw + b" ")])
    assert Records(backend).count() == 0


def test_the_stored_form_of_a_record_is_its_canonical_json(backend):
    records = Records(backend)
    id_ = records.write(FULL)
    assert module.id_of(records.stored(id_)) == id_
    assert module.version_of(records.stored(id_), id_) == records.read(id_)
    with pytest.raises(UnknownVersion):
        records.stored(VersionId("0" * 40))


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"number":[]}', b'{"number":-1}', b"\xff"])
def test_what_is_no_version_is_damage(raw):
    with pytest.raises(Damaged):
        module.version_of(raw, VersionId("0" * 40))
