import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from nbmodelver.errors import Damaged, MissingPart, StoreError, StoreLocked, StoreReadOnly
from nbmodelver.store import collecting
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.parts import LEASE, PartStore
from tests.store.samples import assert_reads, edited, history, live, mixed, packs, put, put_all


@pytest.fixture
def backend():
    return MemoryBackend()


@pytest.fixture
def store(backend):
    return PartStore(backend, threads=2)


def test_nothing_is_removed_while_everything_is_needed(backend, store):
    made = history(store, 3)
    before = packs(backend)
    report = store.collect(live(*made), grace_s=0)
    assert (report.parts, report.packs, report.freed_bytes) == (0, 0, 0)
    assert packs(backend) == before


@pytest.mark.parametrize("kept", [[0], [2], [5], [0, 5], [1, 3], [2, 3, 4]])
@pytest.mark.parametrize("exact", [False, True])
def test_needed_parts_stay_readable_whatever_is_removed(backend, store, kept, exact):
    made = history(store, 6)
    needed = [made[k] for k in kept]
    report = store.collect(live(*needed), grace_s=0, exact=exact)
    for arrays, ids in needed:
        assert_reads(backend, arrays, ids)
    assert PartStore(backend).verify(full=True) == []
    assert report.kept_bytes == sum(backend.size(k) for k in packs(backend))
    again = store.collect(live(*needed), grace_s=0, exact=exact)
    assert (again.parts, again.packs) == (0, 0)


def test_p15_an_exact_gc_leaves_no_byte_of_removed_parts(tmp_path):
    backend = LocalBackend(tmp_path, create=True)
    store = PartStore(backend)
    secret = b"api-token-8471629" * 20
    near_secret = secret + b" and a little more"
    ids, _ = put(store, (secret, None, ""), (b"public " * 500, None, ""), (np.arange(10_000), None, "i8"))
    (derived,), _ = put(store, (near_secret[20:] + b"x" * 500, ids[0], ""))
    store.collect({ids[1], ids[2]}, grace_s=0, exact=True)
    assert not store.has(ids[0])
    assert not store.has(derived)
    fresh = PartStore(backend)
    assert [p.entry.id for p in fresh._index.parts()].count(ids[0]) == 0
    assert bytes(fresh.get(ids[1])) == b"public " * 500
    for contents in fresh._index.packs().values():
        assert contents.raw_bytes == sum(e.size for e in contents.entries)


def test_removing_the_middle_of_a_history_does_not_enlarge_the_rest(backend, store):
    made = history(store, 6)
    ends = [made[0], made[5]]
    size = sum(backend.size(k) for k in packs(backend))
    store.collect(live(*ends), grace_s=0)
    assert sum(backend.size(k) for k in packs(backend)) < size * 1.02
    for arrays, ids in ends:
        assert_reads(backend, arrays, ids)


@pytest.mark.parametrize("kept", [[1, 2, 3, 4, 5], [2, 4, 5], [3, 4, 5]])
def test_when_the_base_of_all_versions_is_removed_only_one_is_stored_whole(backend, store, kept):
    made = history(store, 6)
    size = sum(backend.size(k) for k in packs(backend))
    store.collect(live(*(made[k] for k in kept)), grace_s=0)
    assert sum(backend.size(k) for k in packs(backend)) < size * 1.05
    for k in kept:
        assert_reads(backend, *made[k])
    assert PartStore(backend).verify(full=True) == []


@pytest.mark.parametrize("rows", [20_000, 3000])  # Parts with blocks of their own, and small ones that share some.
@pytest.mark.parametrize("kept", [[1, 2, 3, 4], [2, 4]])
def test_only_one_of_many_deltas_to_a_removed_part_is_stored_whole(backend, store, rows, kept):
    arrays = mixed(rows)
    first, _ = put_all(store, arrays, None)
    made = [(arrays, first)]
    for number in range(4):
        other = edited(arrays, number)
        made.append((other, put_all(store, other, first)[0]))
    size = sum(backend.size(k) for k in packs(backend))
    store.collect(live(*(made[k] for k in kept)), grace_s=0)
    assert sum(backend.size(k) for k in packs(backend)) < size * 1.1
    for k in kept:
        assert_reads(backend, *made[k])
    assert PartStore(backend).verify(full=True) == []


@pytest.mark.parametrize("last", [2, 8, 13, 20])
def test_forgetting_all_but_the_last_version_never_enlarges_a_history(backend, store, last):
    """The chains have full length, so several begin with the same part, without a needed part in between."""
    made = history(store, 30, rows=10_000)
    size = sum(backend.size(k) for k in packs(backend))
    store.collect(live(*made[-last:]), grace_s=0)
    assert sum(backend.size(k) for k in packs(backend)) < size
    for version in made[-last:]:
        assert_reads(backend, *version)
    assert PartStore(backend).verify(full=True) == []


def test_a_pack_is_rewritten_when_a_tenth_of_it_is_garbage(backend, store):
    noise = np.random.default_rng(0)
    ids, _ = put(store, *((noise.bytes(70_000), None, "") for _ in range(12)))
    size = sum(backend.size(k) for k in packs(backend))
    store.collect(set(ids[:-1]), grace_s=0)
    assert sum(backend.size(k) for k in packs(backend)) == size
    store.collect(set(ids[:-2]), grace_s=0)
    assert sum(backend.size(k) for k in packs(backend)) < size - 130_000


def test_a_dry_run_changes_nothing_and_reports_what_would_be_removed(backend, store):
    made = history(store, 4)
    before = packs(backend)
    report = store.collect(live(made[3]), grace_s=0, dry_run=True)
    assert report.dry_run
    assert report.parts > 0
    assert report.freed_bytes > 0
    assert packs(backend) == before


def test_d7_young_packs_and_their_bases_stay(backend, store):
    made = history(store, 3)
    report = store.collect(live(made[2]), grace_s=3600)
    assert (report.parts, report.packs) == (0, 0)
    for arrays, ids in made:
        assert_reads(backend, arrays, ids)


def test_d7_young_deltas_keep_their_old_bases(backend, store, monkeypatch):
    made = history(store, 3)
    (newest,) = {store._reader.place(i).contents.pack for i in made[2][1].values() if i not in live(made[1])}
    monkeypatch.setattr(backend, "age_s", lambda key: 1.0 if key == newest else 1e6)
    store.collect(live(made[0]), grace_s=3600)
    assert_reads(backend, *made[2])
    assert_reads(backend, *made[0])
    assert PartStore(backend).verify(full=True) == []


def test_d13_a_clock_that_was_turned_back_makes_nothing_old(backend, store, monkeypatch):
    made = history(store, 2)
    monkeypatch.setattr(backend, "age_s", lambda key: -60.0)
    assert store.collect(live(made[0]), grace_s=3600).packs == 0


def test_d7_an_unexpected_empty_set_of_needed_parts_is_an_error(backend, store):
    history(store, 1)
    with pytest.raises(StoreError):
        store.collect(set(), grace_s=0)
    assert len(packs(backend)) == 1
    store.collect(set(), grace_s=0, allow_empty=True)
    assert packs(backend) == []


def test_d7_a_missing_or_damaged_part_stops_gc(backend, store):
    made = history(store, 2)
    with pytest.raises(MissingPart):
        store.collect({*live(*made), "f" * 40}, grace_s=0)
    backend.create("packs/" + "0" * 32, [b"garbage" * 100])
    with pytest.raises(Damaged):
        store.collect(live(made[1]), grace_s=0)
    assert len(packs(backend)) == 3


def test_d7_gc_waits_for_running_commits(backend, store, monkeypatch):
    monkeypatch.setattr("nbmodelver.store.parts._LOCK_TIMEOUT_S", 0.05)
    made = history(store, 1)
    with store.writing() as pack:
        pack.put(b"x" * 1000)
        with pytest.raises(StoreLocked):
            PartStore(backend).collect(live(*made), grace_s=0)
    with store.lease(), pytest.raises(StoreLocked):
        PartStore(backend).collect(live(*made), grace_s=0)


def test_d7_the_needed_parts_are_determined_while_no_commit_runs(backend, store):
    made = history(store, 2)

    def ask():
        with pytest.raises(StoreLocked), backend.lock(LEASE, 0.01, shared=True):
            pass
        return live(made[1])

    store.collect(ask, grace_s=0)
    assert_reads(backend, *made[1])


def test_removed_parts_can_be_put_again(backend, store):
    made = history(store, 2)
    store.collect(live(made[1]), grace_s=0)
    ids, new_bytes = put_all(store, made[0][0])
    assert ids == made[0][1]
    assert new_bytes > 0
    assert_reads(backend, *made[0])


def test_d5_a_reader_survives_a_gc_by_another(backend, store):
    made = history(store, 4)
    reader = PartStore(backend)
    assert reader.has(next(iter(made[3][1].values())))
    store.collect(live(made[3]), grace_s=0, exact=True)
    for name, (_, array) in made[3][0].items():
        assert bytes(reader.get(made[3][1][name])) == array.tobytes()


class Killed(BaseException):
    """The process was killed."""


def killing(backend, at):
    """Return a backend that raises Killed at the `at`-th changing call, and the counter of calls."""
    calls = [0]

    class Dying(MemoryBackend):
        def __getattribute__(self, name):
            if name in ("create", "delete", "swap", "sweep"):
                calls[0] += 1
                if calls[0] == at:
                    raise Killed
            return getattr(backend, name)

    return Dying(), calls


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("merge", [False, True])
def test_d7_a_gc_killed_at_any_call_can_be_run_again(exact, merge, monkeypatch):
    monkeypatch.setattr("nbmodelver.store.merging.MANY_PACKS", 2)
    for at in range(1, 50):
        backend = MemoryBackend()
        made = history(PartStore(backend), 4, rows=3000)
        needed = made[::2]
        dying, calls = killing(backend, at)

        def work(place, needed=needed):
            if merge:
                PartStore(place).merge_small()
            return PartStore(place).collect(live(*needed), grace_s=0, exact=exact)

        try:
            work(dying)
        except Killed:
            for arrays, ids in needed:
                assert_reads(backend, arrays, ids)
            assert PartStore(backend).verify(full=True) == []
            work(backend)
        for arrays, ids in needed:
            assert_reads(backend, arrays, ids)
        assert PartStore(backend).verify(full=True) == []
        if calls[0] < at:
            return
    pytest.fail("it never came to an end")


class Machine(RuleBasedStateMachine):
    """Any sequence of put, gc, merge and reopening against a dictionary."""

    ids = Bundle("ids")

    def __init__(self):
        super().__init__()
        self.backend = MemoryBackend()
        self.store = PartStore(self.backend, threads=1)
        self.model = {}

    @rule(
        target=ids,
        seed=st.integers(0, 5),
        size=st.sampled_from([0, 5, 100, 5000, 70_000, 300_000]),
        edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=20)), max_size=3),
        near=st.none() | st.lists(ids, max_size=3).map(tuple),
        layout=st.sampled_from(["f8", "", "i4", "text"]),
    )
    def put(self, seed, size, edits, near, layout):
        near = near[0] if near else None
        raw = bytearray(
            self.model.get(near) or np.arange(seed, seed + size, dtype="u1" if size < 100 else "i4").tobytes()
        )
        for where, what in edits:
            at = int(where * len(raw))
            raw[at : at + len(what)] = what
        (id_,), _ = put(self.store, (raw, near, layout))
        self.model[id_] = bytes(raw)
        return multiple(id_)

    @rule()
    def reopen(self):
        self.store = PartStore(self.backend, threads=1)

    @rule(dropped=st.lists(ids, max_size=4), exact=st.booleans())
    def collect(self, dropped, exact):
        for id_ in dropped:
            self.model.pop(id_, None)
        PartStore(self.backend, threads=1).collect(set(self.model), grace_s=0, exact=exact, allow_empty=True)

    @rule()
    def merge(self):
        import unittest.mock

        with unittest.mock.patch("nbmodelver.store.merging.MANY_PACKS", 1):
            PartStore(self.backend, threads=1).merge_small()

    @invariant()
    def everything_is_there(self):
        for id_, raw in self.model.items():
            assert self.store.get(id_) == raw

    def teardown(self):
        assert PartStore(self.backend, threads=1).verify(full=True) == []


Machine.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestAnySequence = Machine.TestCase


@pytest.mark.parametrize("exact", [False, True])
def test_small_parts_that_are_encoded_again_together_never_form_a_cycle(backend, store, exact):
    rng = np.random.default_rng(4)
    base = [rng.bytes(3000) for _ in range(4)]
    ids, made = [None] * 4, []
    for number in range(6):
        raws = [b + bytes(5 * number) + rng.bytes(20) for b in base]
        ids, _ = put(store, *((raw, near, "") for raw, near in zip(raws, ids, strict=True)))
        made.append(dict(zip(ids, raws, strict=True)))
    for kept in ([1, 2, 3, 4, 5], [2, 4, 5], [4, 5]):
        needed = {id_ for k in kept for n, id_ in enumerate(made[k]) if (n + k) % 3}
        store.collect(needed, grace_s=0, exact=exact)
        fresh = PartStore(backend)
        assert fresh.verify(full=True) == []
        assert all(bytes(fresh.get(id_)) == raw for version in made for id_, raw in version.items() if id_ in needed)


@pytest.mark.parametrize("exact", [False, True])
def test_a_part_that_is_encoded_again_keeps_its_depth(backend, store, exact):
    """Also indirectly: the first and third part leave blocks that they share with removed parts; the second stays."""
    rng = np.random.default_rng(5)
    raws = [rng.bytes(3000)]
    ids, _ = put(store, (raws[0], None, ""))
    for beside in (True, False, True):
        raws.append(raws[-1] + rng.bytes(20))
        goes = [(rng.bytes(2000) + raws[0], ids[0], "")] if beside else []
        (id_, *_), _ = put(store, (raws[-1], ids[-1], ""), *goes)
        ids.append(id_)
    depths = [store._index.find(id_).entry.depth for id_ in ids]
    assert depths == [0, 1, 2, 3]
    store.collect(set(ids), grace_s=0, exact=exact)
    fresh = PartStore(backend)
    assert [bytes(fresh.get(id_)) for id_ in ids] == raws
    assert [fresh._index.find(id_).entry.depth for id_ in ids] == depths
    assert fresh.verify(full=True) == []


def test_d7_a_gc_that_ends_early_leaves_no_part_without_its_base(backend, store, monkeypatch):
    """`dead` is in a pack with `stays`, and its base is in a removed pack: a commit may use `dead` as a base."""
    rng = np.random.default_rng(6)
    base, stays = rng.bytes(9000), rng.bytes(3000)
    dead = base + rng.bytes(20)
    (base_id,), _ = put(store, (base, None, ""))
    (stays_id, dead_id), _ = put(store, (stays, None, ""), (dead, base_id, ""))

    def full(*_):
        raise StoreError("no space")

    for step in ("_encode_again", "repack"):
        with monkeypatch.context() as patch:
            patch.setattr(collecting, step, full)
            with pytest.raises(StoreError, match="no space"):
                store.collect({stays_id}, grace_s=0, exact=True)
        fresh = PartStore(backend)
        assert fresh.verify(full=True) == []
        assert bytes(fresh.get(dead_id)) == dead
    store.collect({stays_id}, grace_s=0, exact=True)
    assert not PartStore(backend).has(dead_id)


def test_a_dry_run_holds_the_lease_and_works_where_nothing_can_be_locked(backend, store, monkeypatch):
    made = history(store, 2)

    def needed():
        with pytest.raises(StoreLocked), backend.lock(LEASE, 0):
            pass
        return live(made[1])

    report = store.collect(needed, dry_run=True, grace_s=0)

    def read_only(*_, **__):
        raise StoreReadOnly("cannot lock")

    monkeypatch.setattr(MemoryBackend, "lock", read_only)
    assert store.collect(live(made[1]), dry_run=True, grace_s=0) == report
