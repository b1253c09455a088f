# ruff: noqa: E501, B023  # one sample is one line; a function of a loop is called in that very round
"""Every parser fed with valid samples that were changed by someone who knows their structure; run in a child.

Containers are sealed again after a change (sums, sizes, frames), so that what lies behind a checksum is reached.
"""

from __future__ import annotations

import copy
import json
import os
import pickle
import resource
import struct
import tempfile
import unicodedata
import warnings
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import zstandard
from blake3 import blake3
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.catalogue import journal, storage
from nbmodelver.catalogue.conditions import Condition
from nbmodelver.catalogue.documents import document
from nbmodelver.catalogue.records import Records, canonical
from nbmodelver.catalogue.records import id_of as record_id
from nbmodelver.codecs import graph, recipe
from nbmodelver.codecs.names import names_in
from nbmodelver.errors import Damaged, NbmodelverError
from nbmodelver.model import Group, ObjectId, Version
from nbmodelver.repo import Repo
from nbmodelver.repo.core import modules
from nbmodelver.repo.core.group_store import GroupStore
from nbmodelver.repo.core.history import History
from nbmodelver.repo.core.settings import Settings
from nbmodelver.repo.restore.undo import UndoHistories
from nbmodelver.store import condemned, layout, packs, ref_names, refs
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.hashes import checksum
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs
from nbmodelver.verbs import VERBS, parse
from tests.bundle.samples import with_manifest, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

_USED = pd.DataFrame({"a": [1]}).to_records()  # Loads what pandas loads late, before memory is limited.
ID = "ab" * 20
MEMORY_BYTES = 128 << 20
"""Address space above what is loaded: 64 MiB for the input, the rest for Hypothesis and new threads."""

HUGE = [1 << 31, (1 << 32) - 1, 1 << 40, (1 << 63) - 1, -1, -(1 << 63), 1 << 64, 10**400]


def deep(levels: int) -> Any:
    found: Any = 0
    for _ in range(levels):
        found = [found]
    return found


ODD = st.sampled_from([
    None, True, False, 0, -1, 0.5, float("nan"), float("inf"), "", "x" * 300, "../x", "/etc/passwd", "\x00", "\u202e",
    "\ud800", ID, "f" * 40, [], {}, [[]], [None], {"a": 1}, deep(60), deep(300), *HUGE, [1 << 40], ["a", "a"], "os:system",
    "pickle", "plain", "numpy", "<i8", "O", "V9999999999", ["__class__"], "NaN", 1e308,
]).map(copy.deepcopy)  # fmt: skip


class Marker:
    """Creates a file when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("ran",)


@st.composite
def changed_json(draw: Any, samples: list[Any]) -> Any:
    """Return the sample with a few values replaced, removed, repeated or moved."""
    data = copy.deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 3))):
        spot, key = None, None
        at, steps = data, draw(st.integers(1, 6))
        for _ in range(steps):
            if isinstance(at, dict) and at:
                spot, key = at, draw(st.sampled_from(sorted(at, key=str)))
            elif isinstance(at, list) and at:
                spot, key = at, draw(st.integers(0, len(at) - 1))
            else:
                break
            at = spot[key]
        if spot is None:
            return draw(ODD)
        how = draw(st.sampled_from(["replace", "replace", "replace", "remove", "repeat", "add"]))
        if how == "replace":
            spot[key] = draw(ODD)
        elif how == "remove":
            del spot[key]
        elif isinstance(spot, list):
            spot.append(copy.deepcopy(spot[key]) if how == "repeat" else draw(ODD))
        else:
            spot[str(draw(ODD))[:100] if how == "add" else f"{key}2"] = draw(ODD)
    return data


@st.composite
def changed_bytes(draw: Any, samples: list[bytes]) -> bytes:
    """A sample with bits flipped, runs cut out, doubled or overwritten, numbers made huge, or the end missing."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        size = draw(st.integers(1, 40))
        how = draw(st.sampled_from(["flip", "set", "cut", "end", "double", "u32", "u64", "noise"]))
        if how == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "set" and data:
            data[at] = draw(st.sampled_from([0, 1, 127, 128, 255, 10, 34, 91, 123]))
        elif how == "cut":
            del data[at : at + size]
        elif how == "end":
            del data[at:]
        elif how == "double":
            data[at:at] = data[at : at + size]
        elif how == "u32":
            data[at : at + 4] = struct.pack("<I", draw(st.sampled_from([0, 1 << 30, (1 << 32) - 1])))
        elif how == "u64":
            data[at : at + 8] = struct.pack("<Q", draw(st.sampled_from([1 << 33, 1 << 40, (1 << 64) - 1])))
        else:
            data[at:at] = draw(st.binary(max_size=40))
    return bytes(data)


def dumped(data: Any) -> bytes:
    """JSON as a stranger might write it."""
    return json.dumps(data).encode("utf-8", "surrogatepass")


# -- samples


def small_values() -> dict[str, Any]:
    frame = pd.DataFrame({"a": [1.5, 2.5], "b": ["x", None], "c": pd.Categorical(["u", "v"])})
    shared = [1, 2]
    return {
        "n": [1, 2.5, None, True, 1 << 80, 1j, b"by", "te", {"k": (1, {2}, frozenset({3}))}],
        "a": np.arange(12.0).reshape(3, 4)[:, ::2], "z": np.zeros(0), "rec": np.zeros(2, [("x", "<i4"), ("y", "S3")]),
        "frame": frame, "when": pd.date_range("2026-01-01", periods=3, tz="UTC"), "s": shared, "t": shared,
    }  # fmt: skip


def made_repo(values: dict[str, Any]) -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    repo = Repo(backend)
    repo.settings.set("try_load", "off")  # It would run what must not run, in a child.
    repo.commit(values, "seed 1", metrics={"acc": 0.5}, params={"depth": 3})
    return repo


def recipes() -> list[tuple[dict[str, Any], bytes, Repo]]:
    """Headers, the bytes behind them, and the store of their parts."""
    found = []
    repo = made_repo({**small_values(), "evil": Marker()})
    for group in repo["v1"].groups:
        data = bytes(repo.parts.get(group.recipe))
        (size,) = struct.unpack_from("<I", data, 4)
        found.append((json.loads(data[8 : 8 + size]), data[8 + size :], repo))
    return found


# -- parsers: each takes the draw function and feeds what it drew


def feed_format(draw: Any) -> None:
    backend = MemoryBackend()
    good = {"format": 1, "readable_by": 1}
    data = draw(st.one_of(changed_json([good]).map(dumped), changed_bytes([dumped(good)])))
    backend.create("format", [data])
    layout.check(backend, for_writing=draw(st.booleans()))


def feed_ref(draw: Any) -> None:
    backend = MemoryBackend()
    value = draw(st.one_of(st.text(max_size=50), changed_json([{"branch": "main", "version": ID}]).map(json.dumps)))
    form = refs._form("HEAD", value)
    other = changed_json([json.loads(form)]).map(dumped)
    backend.create(refs._key("HEAD"), [draw(st.one_of(changed_bytes([form]), other, st.just(form)))])
    reader = Refs(backend)
    history = History(Records(backend), reader)
    for look in (lambda: reader.get("HEAD"), reader.all, reader.readable, lambda: history.branch, lambda: history.head):
        _ours(look)


def feed_refs_of_ours(draw: Any) -> None:
    """Well-formed refs with invalid values: journal, settings, counter."""
    reader = Refs(MemoryBackend())
    journal = {"jumps": [[ID, "cd" * 20]], "at": 1}
    texts = st.one_of(
        st.sampled_from(["9" * 5000, "²", "-1", "٣"]),
        changed_json([journal, {"author": "x", "session": True}]).map(json.dumps),
        st.text(max_size=30),
    )
    for name in ("undo/main", "settings", "counter"):
        reader.move(name, None, draw(texts))
    found = UndoHistories(reader).read()
    _ = (found.undo, found.redo)
    assert Settings(reader)["session"] in (True, False)
    assert History(Records(MemoryBackend()), reader).next_number() >= 0


def feed_condemned(draw: Any) -> None:
    backend = MemoryBackend()
    keys = draw(changed_json([["packs/" + "ab" * 16]]))
    sealed = dumped({"packs": keys, "sum": checksum([json.dumps(keys).encode()]).hex()})
    backend.create("condemned", [draw(st.one_of(st.just(sealed), changed_bytes([sealed])))])
    _ours(lambda: condemned.read(backend))
    _ours(lambda: PartStore(backend, threads=1).verify(True))


_repo: list[Any] = []


def repo() -> Repo:
    if not _repo:
        _repo.append(made_repo(small_values()))
    found: Repo = _repo[0]
    return found


def feed_record(draw: Any) -> None:
    good = repo()["v1"].to_dict()
    good.pop("id")
    raw = draw(st.one_of(changed_json([good]).map(dumped), changed_bytes([dumped(good)])))
    frame = zstandard.compress(raw)
    stored = draw(st.one_of(st.just(frame), changed_bytes([frame])))
    backend = MemoryBackend()
    layout.create(backend)
    id_ = record_id(raw)
    backend.create(f"records/{id_[:2]}/{id_}", [stored])
    stranger = Repo(backend)
    for look in (
        lambda: Records(backend).read(id_), stranger.log, lambda: stranger.verify(full=True), stranger.live_parts,
        lambda: stranger["v1"], lambda: stranger.load(Records(backend).read(id_)),
        lambda: stranger.log("metrics.acc > 0.1 and 'a' in names"),
        lambda: stranger.diff(Records(backend).read(id_), Records(backend).read(id_)),
    ):  # fmt: skip
        _ours(look)


def feed_catalogue(draw: Any) -> None:
    folder = Path(tempfile.mkdtemp(dir="."))
    good = {"versions": {"1": document(repo()["v1"])}, "_default": {}}
    text = draw(st.one_of(changed_json([good]).map(json.dumps), st.text(max_size=20)))
    whole = f'{{"form":1,"sum":"{_sum(text)}","data":{text}}}'.encode("utf-8", "surrogatepass")
    (folder / "index.json").write_bytes(draw(st.one_of(st.just(whole), changed_bytes([whole]))))
    storage.CheckedStorage(folder).read()


def _sum(text: str) -> str:
    try:
        return storage._sum(text)
    except UnicodeEncodeError:
        return ""


_made: list[Version] = []


def feed_catalogue_of_a_store(draw: Any) -> None:
    """Rows with a valid checksum and wrong content: a log returns exactly the versions."""
    if not _made:
        _made.append(mv.open(Path("catalogued"), create=True).commit({"x": 1}, "one"))
    (made,) = _made
    text = json.dumps(draw(changed_json([{"versions": {str(int(made.id[:13], 16)): document(made)}}])))
    index = Path("catalogued/.nbmodelver/catalogue/index.json")
    index.parent.mkdir(exist_ok=True)
    index.write_text(f'{{"form":1,"sum":"{_sum(text)}","data":{text}}}')
    assert [v.id for v in mv.open(Path("catalogued")).log("number >= 0")] == [made.id]


def feed_journal(draw: Any) -> None:
    """Changed blocks and index, with and without a valid checksum."""
    name = bytes(16)
    pieces = journal.pieces_of(_journaled())
    good = b"".join(journal.written(name, pieces))
    if draw(st.booleans()):
        at, blocks, rows = struct.unpack("<QQQ", good[-64:-40])
        index = draw(changed_bytes([good[at:-64]]))
        numbers = struct.pack("<QQQ", at, draw(st.sampled_from([blocks, blocks + 1, 0, 1 << 40])), rows)
        seal = blake3(good[:32] + numbers + index).digest()
        data = draw(st.one_of(st.just(good[:at]), changed_bytes([good[:at]]))) + index + numbers + seal + good[-8:]
    else:
        data = draw(changed_bytes([good]))
    backend = MemoryBackend()
    backend.create(f"journals/{name.hex()}", [data])
    records = Records(backend)
    right = {r.id: r.raw for r in _journaled()}
    for ask in (
        records.count,
        lambda: list(records.newest()),
        lambda: records.numbered(3),
        lambda: records.prefixed("ab"),
    ):
        with suppress(NbmodelverError):
            ask()
    for id_, raw in right.items():
        with suppress(NbmodelverError):
            assert records._raw(id_) == raw
    with suppress(NbmodelverError):
        records.delete_many(list(right)[:2])
    with suppress(NbmodelverError):
        records.fold(more_than=0, keep=0)
    for raw in journal.salvaged(data):
        with suppress(NbmodelverError):
            records.write_raw(raw, None)


def _journaled() -> list[journal.Record]:
    if not _records:
        for number in range(1, 6):
            raw = canonical(Version("", number, message=f"message {number}"))  # type: ignore[arg-type]  # no id yet
            _records.append(journal.Record(record_id(raw), number, raw))
    return _records


_records: list[journal.Record] = []


def feed_forgotten(draw: Any) -> None:
    """Any JSON under its right name."""
    raw = json.dumps(draw(changed_json([{ID: {"number": 3, "parents": ["cd" * 20]}}]))).encode("ascii")
    stored = draw(st.one_of(st.just(zstandard.compress(raw)), changed_bytes([zstandard.compress(raw)])))
    backend = MemoryBackend()
    backend.create(f"forgotten/{blake3(raw).hexdigest(20)}", [stored])
    records = Records(backend)
    with suppress(NbmodelverError):
        records.ids()
    for id_, stone in records.forgotten.all().items():
        assert len(id_) == 40
        assert type(stone.number) is int
        with suppress(NbmodelverError):
            History(records, Refs(backend)).version(id_)
    assert all(isinstance(error, NbmodelverError) for error in records.forgotten.unreadable().values())


def feed_pack(draw: Any) -> None:
    source = repo()
    key = draw(st.sampled_from(list(source.backend.list("packs/"))))
    good = bytes(source.backend.read(key))
    name = bytes.fromhex(key[-32:])
    if draw(st.booleans()):
        contents = packs.read_contents(source.backend, key)
        toc = draw(changed_bytes([contents._raw]))
        stored = draw(st.one_of(st.just(zstandard.compress(toc)), changed_bytes([zstandard.compress(toc)])))
        at, said = contents.end_of_blocks, draw(st.sampled_from([len(toc), len(toc), 1 << 27, 0]))
        sum_ = checksum([packs.header(name), struct.pack("<QQQ", at, len(stored), said), stored])
        data = good[:at] + stored + packs.TRAILER.pack(at, len(stored), said, sum_, packs.TAIL_MAGIC)
    else:
        data = draw(changed_bytes([good]))
    backend = MemoryBackend()
    backend.create(key, [data])
    store = PartStore(backend, threads=1)
    _ours(lambda: packs.read_contents(backend, key))
    _ours(lambda: store.verify(True))
    for version in source.log():
        for part in source.group_store.parts_of(version.groups[0]):
            _ours(lambda part=part: store.get(part))
    _ours(lambda: store.collect(set(), allow_empty=True, grace_s=0))


_recipes: list[Any] = []


def feed_recipe(draw: Any) -> None:
    """Headers and skeletons as they like, loaded as an untrusted group."""
    if not _recipes:
        _recipes.extend(recipes())
    header, rest, source = draw(st.sampled_from(_recipes))
    packed = dumped(draw(st.one_of(changed_json([header]), st.just(header))))
    behind = draw(st.one_of(st.just(rest), changed_bytes([rest]) if rest else st.just(rest), skeletons(rest, header)))
    data = recipe.MAGIC + struct.pack("<I", len(packed)) + packed + behind
    data = draw(st.one_of(st.just(data), changed_bytes([data])))
    _ours(lambda: recipe.read(data))
    with source.parts.writing() as pack:
        id_ = pack.put(data)
    group = Group(("n",), id_, 0)
    groups = GroupStore(source.parts)
    _ours(lambda: list(groups.parts_of(group)))
    _ours(lambda: groups.what_it_runs(group))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _ours(lambda: groups.load([group], graph.Loader({}, _no_definition, trusted=False)))


def feed_modules(draw: Any) -> None:
    """Modules of a project: other data than there may be, or a recipe that somebody has changed."""
    sample = {"files": {"a/b.py": b"x = 1", "c.py": b"import a.b"}, "names": {"c": "c.py"}, "notes": ["said"]}
    (draft,) = graph.capture({modules.KEY: draw(changed_json([sample]))}, {}, definitions=False).groups
    _ours(lambda: modules.decoded(recipe.read(recipe.write(draft, [])), _no_part))
    (good,) = graph.capture({modules.KEY: sample}, {}, definitions=False).groups
    _ours(lambda: modules.decoded(recipe.read(draw(changed_bytes([recipe.write(good, [])]))), _no_part))
    path = draw(st.text(max_size=30))
    if modules.is_allowed(path):
        inside = Path(os.path.normpath(Path("/project", *path.split("/"))))
        assert inside.is_relative_to("/project")
        assert PureWindowsPath("C:/project", path).is_relative_to("C:/project")


def _no_part(part: ObjectId) -> bytes:
    raise Damaged(f"no part {part}")


@st.composite
def skeletons(draw: Any, rest: bytes, header: dict[str, Any]) -> bytes:
    """The skeleton's own header changed; its payloads stay."""
    ids = 20 * len(header["sizes"])
    inline = rest[ids:]
    if header["format"] != graph.PLAIN or header["skeleton"] == -1:
        return rest
    (size,) = struct.unpack_from("<I", inline)
    own = dumped(draw(changed_json([json.loads(inline[4 : 4 + size])])))
    return rest[:ids] + struct.pack("<I", len(own)) + own + inline[4 + size :]


def _no_definition(key: str) -> Any:
    raise NbmodelverError(f"no definition {key}")


_bundle: dict[str, bytes] = {}


def feed_bundle(draw: Any) -> None:
    if not _bundle:
        source = mv.open(Path("bundles"), create=True)
        source.settings.set("try_load", "off")
        path = bundle.write(source, source.commit({**small_values(), "evil": Marker()}), Path("b.nbmv.zip"))
        import zipfile

        with zipfile.ZipFile(path) as found:
            _bundle.update({n: found.read(n) for n in found.namelist()})
    members = dict(_bundle)
    how = draw(st.sampled_from(["json", "json", "member", "file", "part"]))
    if how == "json":
        name = draw(st.sampled_from(["bundle.json", "store/record.json"]))
        members[name] = dumped(draw(changed_json([json.loads(members[name])])))
    elif how in ("member", "part"):
        names = [n for n in sorted(members) if how == "member" or n.startswith("store/parts/")]
        name = draw(st.sampled_from(names))
        members[name] = draw(changed_bytes([members[name]]))
    data = zipped(with_manifest(members))
    if how == "file":
        data = draw(changed_bytes([data]))
    path = Path(tempfile.mkdtemp(dir=".")) / "x.nbmv.zip"
    path.write_bytes(data)
    _ours(lambda: bundle.inspect(path))
    backend = MemoryBackend()
    layout.create(backend)
    target = Repo(backend)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _ours(lambda: bundle.open_into(target, path))
        for version in target.log():
            for look in (
                lambda: target.plan(version, {}),
                lambda: target.load(version),
                lambda: target.verify(full=True),
            ):
                _ours(look)
    path.unlink()
    path.parent.rmdir()


def feed_pickle(draw: Any) -> None:
    """What is no pickle is a ValueError, as names_in says; graph's reading of names never fails."""
    good = [pickle.dumps(v, p) for v in ([1, "a"], Marker(), np.random.default_rng(1)) for p in (0, 2, 4, 5)]
    data = draw(changed_bytes(good))
    with_names = graph.Draft(("x",), graph.PICKLE, data, (), 0, [[], [], []])
    graph.foreign_names(with_names)
    try:
        names_in(data)
    except ValueError:
        return


def feed_condition(draw: Any) -> None:
    good = ["metrics.acc > 0.9 and 'df' in names", "params['a.b'] == -1 or not branch == 'main'", "1 < number <= 3"]
    text = draw(
        st.one_of(st.text(max_size=60), changed_bytes([g.encode() for g in good]).map(lambda b: b.decode("latin1")))
    )
    long = draw(st.sampled_from(["", "(" * 900, "not " * 400, "-" * 1500, "9" * 1900, "a." * 800]))
    test = Condition(long + text)
    test(document(repo()["v1"]))


def feed_verbs(draw: Any) -> None:
    verb = VERBS[draw(st.sampled_from(sorted(VERBS)))]
    words = [
        "--metric",
        "acc=",
        "-m",
        "'",
        '"',
        "--",
        "v1",
        "--keep",
        "HEAD~2",
        "\\",
        "$x",
        "{y}",
        "-o",
        "--limit",
        "9" * 5000,
    ]
    parse(verb, draw(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(words), max_size=6).map(" ".join))))


def feed_revision(draw: Any) -> None:
    words = [
        "v1",
        "HEAD",
        "~",
        "^",
        "@{",
        "}",
        "999999999999",
        "yesterday",
        "2026-11-20",
        "main",
        "/",
        "tags/",
        "9" * 4500,
        "é",
    ]
    text = draw(st.one_of(st.text(max_size=30), st.lists(st.sampled_from(words), max_size=5).map("".join)))
    _ = repo()[text]


def feed_names(draw: Any) -> None:
    words = [
        "a",
        "..",
        "/",
        "CON",
        "nul.txt",
        "\u202e",
        "\x1b[31m",
        "x" * 101,
        ".lock",
        ID,
        "v7",
        "é",
        "e\u0301",
        "-",
        "\\",
        "\n",
    ]
    text = draw(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(words), max_size=4).map("".join)))
    kept = ref_names.valid_name(text)
    assert unicodedata.normalize("NFC", kept) == kept
    assert all(char in "._-" or unicodedata.category(char)[0] in "LMN" for char in kept)
    assert len(kept) <= 100
    assert not {*kept} & {*"/\\\x00\n\u202e"}


FEEDS: dict[str, Callable[[Any], None]] = {
    name.removeprefix("feed_"): work for name, work in list(globals().items()) if name.startswith("feed_")
}


def _ours(look: Callable[[], Any]) -> None:
    with suppress(NbmodelverError):
        look()


def fuzz(name: str, folder: str, examples: int, number: int) -> int:
    """Feed one parser; the number of examples. Whatever escapes is raised."""
    os.chdir(folder)
    _fed(name, 5, number + 1)  # Late imports and threads, before memory is limited.
    limit_memory(MEMORY_BYTES)
    return _fed(name, examples, number)


def limit_memory(size: int) -> None:
    """Let the address space of this process grow by `size` bytes and no more."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + size, now + size))


def _fed(name: str, examples: int, number: int) -> int:
    fed = 0

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: Any) -> None:
        nonlocal fed
        fed += 1
        _ours(lambda: FEEDS[name](data.draw))

    run()
    assert not Path("ran").exists(), "code ran"
    return fed


# -- bombs


def bombs(folder: str) -> list[str]:
    """Small inputs that ask for much, each fed in turn; what was not refused."""
    os.chdir(folder)
    found: list[str] = []
    bomb = zstandard.ZstdCompressor(level=3).compressobj(size=1 << 30)
    frame = b"".join([*(bomb.compress(bytes(1 << 20)) for _ in range(1 << 10)), bomb.flush()])
    assert len(frame) < 1 << 17
    repo()
    limit_memory(MEMORY_BYTES)
    lying = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(1 << 24))
    backend = MemoryBackend()
    layout.create(backend)
    for stored in (frame, lying, frame * 3, b"\x50\x2a\x4d\x18\xff\xff\xff\x7f", b""):
        backend.swap("records/ab/" + ID, _stored(backend), stored)
        _refused(lambda: Records(backend).read(ID), found, f"record {stored[:8]!r}")
    name = bytes(16)
    for said in (1 << 30, 1 << 28, 100):
        at = packs.HEADER.size
        sum_ = checksum([packs.header(name), struct.pack("<QQQ", at, len(frame), said), frame])
        data = packs.header(name) + frame + packs.TRAILER.pack(at, len(frame), said, sum_, packs.TAIL_MAGIC)
        one = MemoryBackend()
        one.create(f"packs/{name.hex()}", [data])
        _refused(lambda one=one: packs.read_contents(one, f"packs/{name.hex()}"), found, f"pack {said}")
    deep_json = b"[" * 200_000
    for key, look in (
        ("format", lambda: layout.check(deep_backend, False)), (refs._key("HEAD"), lambda: Refs(deep_backend).get("HEAD")),
        ("condemned", lambda: condemned.read(deep_backend)),
    ):  # fmt: skip
        deep_backend = MemoryBackend()
        deep_backend.create(key, [deep_json])
        _refused(look, found, f"deep {key}")
    _refused(lambda: recipe.read(b"NBMR" + struct.pack("<I", len(deep_json)) + deep_json), found, "deep recipe")
    for sizes in ([1 << 40], [1 << 36] * 4, [1 << 62]):
        for own in (0, 1):
            _refused(lambda sizes=sizes, own=own: _load_huge(sizes, own), found, f"recipe of {sizes}, own {own}")
    return found


def _stored(backend: MemoryBackend) -> bytes | None:
    try:
        return bytes(backend.read("records/ab/" + ID))
    except KeyError:
        return None


def _load_huge(sizes: list[int], own: int) -> None:
    source = repo()
    with source.parts.writing() as pack:
        part = pack.put(b"small")
        table = [[], ["<i8"], [[k, 0, 0, [s // 8], None, 0] for k, s in enumerate(sizes)]]
        header = {
            "format": "plain", "names": ["n"], "own": own, "sizes": sizes, "table": table, "uses": [], "classes": [],
            "skeleton": 0,
        }  # fmt: skip
        packed = dumped(header)
        id_ = pack.put(recipe.MAGIC + struct.pack("<I", len(packed)) + packed + bytes.fromhex(part) * len(sizes))
    GroupStore(source.parts).load([Group(("n",), id_, 0)], graph.Loader({}, _no_definition, trusted=False))


def _refused(look: Callable[[], Any], found: list[str], what: str) -> None:
    try:
        look()
    except NbmodelverError:
        return
    except BaseException as error:  # a list of all is more than the first
        found.append(f"{what}: {type(error).__name__}: {error}")
        return
    found.append(f"{what}: taken")


# -- links


def links(folder: str) -> list[str]:
    """Each file and folder of a store replaced by a link to its like: what was followed, or changed outside."""
    import shutil

    found = []
    good = Path(folder) / ".nbmodelver"
    for path in sorted(p for p in good.rglob("*") if not p.is_symlink()):
        place = path.relative_to(good)
        if place.parts[0] in ("catalogue", ".gitignore", "locks", "tmp"):
            continue
        copy_ = Path(folder) / "copy"
        shutil.rmtree(copy_, ignore_errors=True)
        shutil.copytree(good, copy_ / ".nbmodelver")
        outside = Path(folder) / "outside"
        shutil.rmtree(outside, ignore_errors=True)
        outside.mkdir()
        target = copy_ / ".nbmodelver" / place
        shutil.move(target, outside / "there")
        target.symlink_to(outside / "there")
        before = {str(p): p.read_bytes() for p in outside.rglob("*") if p.is_file()}
        try:
            one = mv.open(copy_)
            one.trusted = True
            for version in one.log():
                one.load(version)
            problems = one.verify(full=True)
            if not problems:
                found.append(f"{place}: followed")
            one.gc(grace_s=0)
        except NbmodelverError:
            pass
        if {str(p): p.read_bytes() for p in outside.rglob("*") if p.is_file()} != before:
            found.append(f"{place}: changed outside")
    assert LocalBackend(good)
    assert Version
    return found
