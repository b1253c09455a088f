"""Bundles from someone who means harm: each is refused with a reason, and nothing is written (P1, P4, P5, P6)."""

from __future__ import annotations

import json
import stat
import struct
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import zstandard

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.codecs import graph
from nbmodelver.errors import BadBundle, LimitExceeded, NbmodelverError, NeedsTrust
from nbmodelver.repo.core import modules
from nbmodelver.repo.transfer import portable
from tests.bundle import samples
from tests.bundle.samples import with_manifest, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("hostile")
    repo = mv.open(folder, create=True)
    values = {"a": list(range(3000)), "model": samples.study()["model"], "b": 2.5}
    return bundle.write(repo, repo.commit(values), folder / "good.nbmv.zip").read_bytes()


@pytest.fixture
def members(good: bytes, tmp_path: Path) -> Members:
    (tmp_path / "good.zip").write_bytes(good)
    return samples.members_of(tmp_path / "good.zip")


def refused(tmp_path: Path, data: bytes, why: str, error: type[NbmodelverError] = BadBundle) -> None:
    """The file is refused for this reason, by both ways of reading, and leaves no trace."""
    folder = tmp_path / "here"
    folder.mkdir(parents=True)
    (folder / "odd.nbmv.zip").write_bytes(data)
    repo = mv.open(folder / "store", create=True)
    before = everything(tmp_path)
    with pytest.raises(error, match=why):
        bundle.open_into(repo, folder / "odd.nbmv.zip")
    assert everything(tmp_path) == before
    assert repo.log() == []


def everything(folder: Path) -> dict[str, bytes]:
    """Every file but the store's lock files."""
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file() and "lock" not in p.as_posix()}


def test_the_good_one_is_taken(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "good.nbmv.zip").write_bytes(good)
    repo = mv.open(tmp_path, create=True)
    assert repo.load(bundle.open_into(repo, tmp_path / "good.nbmv.zip"), ["a"]) == {"a": list(range(3000))}


def test_what_the_tests_put_together_is_taken_too(members: Members, tmp_path: Path) -> None:
    (tmp_path / "good.nbmv.zip").write_bytes(zipped(with_manifest(members)))
    assert bundle.open_into(mv.open(tmp_path, create=True), tmp_path / "good.nbmv.zip").number == 1


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd", "../outside", "variables/../../outside", "variables/..", "C:/x", "C:x", "variables\\x",
        "\\\\host\\share", "variables/a\x00.json", "variables/", "variables/x/y", "./README.md", "store//parts/x",
        "variables/con.json", "variables/NUL", "variables/x.", "variables/\u202ex.json", "setup.py", "readme.md",
        "store/parts/" + "g" * 40, "store/parts/" + "a" * 40 + ".gz", "variables/" + "x" * 300, "",
    ],
)  # fmt: skip
def test_p4_a_name_that_is_not_ours_is_refused(name: str, members: Members, tmp_path: Path) -> None:
    members = {**members, name.replace("\x00", "?"): b"evil"}
    data = zipped(with_manifest(members)).replace(b"variables/a?.json", b"variables/a\x00.json")
    refused(tmp_path, data, "no file named|named README.md")


def test_p4_members_that_collide_are_refused(members: Members, tmp_path: Path) -> None:
    refused(tmp_path, zipped(with_manifest({**members, "variables/B.json": b"1"})), "two members are named")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_p4_a_member_twice_is_refused(members: Members, tmp_path: Path) -> None:
    twice = [*with_manifest(members).items(), ("README.md", b"another")]
    refused(tmp_path, zipped(twice), "two members are named README.md")


@pytest.mark.parametrize("kind", [stat.S_IFLNK | 0o777, stat.S_IFCHR | 0o600, stat.S_IFDIR | 0o755, stat.S_IFIFO])
def test_p4_a_link_or_device_is_refused(kind: int, members: Members, tmp_path: Path) -> None:
    refused(tmp_path, zipped(with_manifest(members), external_attr=kind << 16), "not a plain file")


def test_p4_an_encrypted_member_is_refused(members: Members, tmp_path: Path) -> None:
    data = bytearray(zipped(with_manifest(members)))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    data[6] |= 1
    refused(tmp_path, bytes(data), "encrypted")


def test_p4_a_compressed_member_is_refused(members: Members, tmp_path: Path) -> None:
    data = zipped(with_manifest(members), compress_type=zipfile.ZIP_DEFLATED)
    refused(tmp_path, data, "packed in another way")


@pytest.mark.parametrize(("offset", "change"), [(8, 8), (14, 1), (22, 1), (30, 1), (26, 1), (28, 1), (6, 8)])
def test_p4_headers_that_disagree_are_refused(offset: int, change: int, good: bytes, tmp_path: Path) -> None:
    data = bytearray(good)
    data[offset] ^= change
    refused(tmp_path, bytes(data), "headers disagree|belong to nothing")


@pytest.mark.parametrize("where", ["before", "after", "comment", "between"])
def test_p4_bytes_that_belong_to_nothing_are_refused(where: str, good: bytes, tmp_path: Path) -> None:
    directory = struct.unpack_from("<L", good, len(good) - 6)[0]
    if where == "before":
        data = b"#!/bin/sh\n" + good
    elif where == "after":
        data = good + b"x"
    elif where == "comment":
        data = good[:-2] + b"\x05\x00hello"
    else:
        data = good[:directory] + b"hidden" + good[directory:-6] + struct.pack("<LH", directory + 6, 0)
    refused(tmp_path, data, "belong to nothing|incomplete|no bundle")


def test_p4_an_unlisted_member_is_refused(members: Members, tmp_path: Path) -> None:
    refused(tmp_path, zipped({"variables/c.json": b"1", **members}), "variables/c.json is not in the manifest")


def test_p4_a_missing_member_is_refused(members: Members, tmp_path: Path) -> None:
    del members["requirements.txt"]
    refused(tmp_path, zipped(members), "requirements.txt is missing")


def test_p6_a_changed_member_is_refused(members: Members, tmp_path: Path) -> None:
    members["notebook.ipynb"] = members["notebook.ipynb"].replace(b"cell", b"Cell")
    refused(tmp_path, zipped(members), r"notebook\.ipynb was changed")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_p6_a_truncated_file_is_refused(share: float, good: bytes, tmp_path: Path) -> None:
    refused(tmp_path, good[: int(len(good) * share)], "incomplete|too short")


def test_p6_no_flipped_byte_changes_what_is_read(good: bytes, tmp_path: Path) -> None:
    """At 200 places all over the file. What is taken all the same (a date in the zip) holds the very same version."""
    path = tmp_path / "flipped.nbmv.zip"
    path.write_bytes(good)
    digest = bundle.inspect(path).digest
    taken = 0
    for at in range(0, len(good), max(1, len(good) // 200)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x40]) + good[at + 1 :])
        try:
            assert bundle.inspect(path).digest == digest
            taken += 1
        except (BadBundle, LimitExceeded):
            continue
    assert taken < 30


def change(members: Members, name: str, how: Callable[[Any], None]) -> bytes:
    """The bundle with one of its JSON members changed, and a manifest that fits."""
    data = json.loads(members[name])
    how(data)
    return zipped(with_manifest({**members, name: json.dumps(data).encode()}))


def test_p5_a_part_that_says_it_is_huge_is_refused_before_it_is_read(members: Members, tmp_path: Path) -> None:
    part = next(m for m in members if m.endswith(".zst")).removeprefix("store/parts/").removesuffix(".zst")
    refused(
        tmp_path,
        change(members, "bundle.json", lambda d: d["parts"].update({part: 1 << 44})),
        "unfolds to",
        LimitExceeded,
    )


def test_p5_a_frame_that_holds_more_than_it_should_is_refused(members: Members, tmp_path: Path) -> None:
    name = next(m for m in members if m.endswith(".zst"))
    members[name] = zstandard.ZstdCompressor(level=19).compress(bytes(15 << 20))
    refused(tmp_path, zipped(with_manifest(members)), "cannot be decompressed|not well formed|another")


def test_p6_a_part_with_other_content_is_refused(members: Members, tmp_path: Path) -> None:
    sizes = json.loads(members["bundle.json"])["parts"]
    name = next(m for m in members if m.endswith(".zst") and sizes[m[12:52]] > 5000)
    raw = bytearray(zstandard.ZstdDecompressor().decompress(members[name]))
    raw[100] ^= 1
    members[name] = zstandard.ZstdCompressor().compress(bytes(raw))
    refused(tmp_path, zipped(with_manifest(members)), "other content than its id says")


def test_a_part_that_a_recipe_needs_and_that_is_missing_is_refused(members: Members, tmp_path: Path) -> None:
    name = next(m for m in members if m.startswith("store/parts/") and "zst" in m)
    del members[name]
    data = change(members, "bundle.json", lambda d: d["parts"].pop(name[12:52]))
    refused(tmp_path, data, "missing")


def test_a_part_that_nobody_needs_is_refused(members: Members, tmp_path: Path) -> None:
    members["store/parts/" + "a" * 40] = b"junk"
    data = change(members, "bundle.json", lambda d: d["parts"].update({"a" * 40: 4}))
    refused(tmp_path, data, "belongs to nothing")


def rename(record: Any, to: str) -> None:
    record["kept"][0]["name"] = to
    record["groups"][0]["names"] = [to]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (lambda d: rename(d, "__builtins__"), "cannot be a variable"),
        (lambda d: rename(d, "a = 1"), "a variable's name is none"),
        (lambda d: rename(d, "import"), "cannot be a variable"),
        (lambda d: rename(d, "c"), "that of other names"),
        (lambda d: d["kept"][0].update(group=7), "in no group"),
        (lambda d: d["kept"][0].update(digest=d["kept"][1]["digest"]), "another digest"),
        (lambda d: d["kept"][0].update(kind="<script>"), "entry of"),
        (lambda d: d["groups"][0].update(recipe="../../etc"), "a group|another digest"),
        (lambda d: d["groups"][0].update(recipe="0" * 40), "is missing|another digest"),
        (lambda d: d.update(surprise=1), "not well formed"),
        (lambda d: d.update(message=["x"]), "a text"),
        (lambda d: d.update(metrics={"acc": "high"}), "a metric"),
        (lambda d: d.update(params=["x"]), "no table"),
        (lambda d: d.update(duration_s=float("nan")), "a number"),
        (lambda d: d.update(notebook_path=5), "a text"),
        (lambda d: d["groups"][0].update(classes=[None], names=None), "not well formed|no sense"),
        (lambda d: d.update(kept=5), "not well formed"),
        (lambda d: d.update(environment="f" * 40), "is missing"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused(how: Any, why: str, members: Members, tmp_path: Path) -> None:
    refused(tmp_path, change(members, "store/record.json", how), why)


@pytest.mark.parametrize("name", ["bundle.json", "store/record.json"])
@pytest.mark.parametrize("data", [b"[" * 200_000, b"null", b"\xff\xfe", b'{"format": 1e999}', b"9" * 10_000])
def test_p19_json_that_is_none_or_too_deep_is_refused(name: str, data: bytes, members: Members, tmp_path: Path) -> None:
    refused(tmp_path, zipped(with_manifest({**members, name: data})), "not well formed|no sense")


def test_d11_a_newer_format_is_refused_with_the_way_out(members: Members, tmp_path: Path) -> None:
    refused(
        tmp_path,
        change(members, "bundle.json", lambda d: d.update(format=3)),
        "format 3; this nbmodelver reads up to 2",
    )


class Evil:
    """Pickles to something that makes a file when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return Path.touch, (self.marker,)


def test_p1_a_pickle_is_never_loaded_whatever_the_record_says(tmp_path: Path) -> None:
    """Export, import and looking at a record that denies being pickled run nothing; a load is refused all the same."""
    marker = tmp_path / "pwned"
    one = mv.open(tmp_path / "one", create=True)
    one.settings.set("try_load", "off")
    version = one.commit({"evil": Evil(marker), "fine": 1})
    found = samples.members_of(bundle.write(one, version, tmp_path / "evil.nbmv.zip"))
    data = json.loads(found["store/record.json"])
    for group in data["groups"]:
        group.pop("pickled", None)
        group.pop("classes", None)
    found["store/record.json"] = json.dumps(data).encode()
    (tmp_path / "lies.nbmv.zip").write_bytes(zipped(with_manifest(found)))
    two = mv.open(tmp_path / "two", create=True)
    here = bundle.open_into(two, tmp_path / "lies.nbmv.zip")
    two.plan(here, {"fine": 2})
    with pytest.raises(NeedsTrust, match="evil"):
        two.load(here)
    assert two.load(here, ["fine"]) == {"fine": 1}
    assert two.verify(full=True) == []
    assert not marker.exists()
    one.load(version, ["evil"])
    assert marker.exists()


def test_an_imported_version_can_be_looked_at_from_all_sides(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "good.nbmv.zip").write_bytes(good)
    repo = mv.open(tmp_path, create=True)
    own = repo.commit({"a": [1], "b": 2.5})
    here = bundle.open_into(repo, tmp_path / "good.nbmv.zip")
    assert here.number == 2
    assert repo.history.head == own
    assert [s.id for s in repo.diff(own, here, ["a", "b"]).sections]
    assert repo.plan(here, {"a": 1}).named("lost") == ("model",)
    assert repo.verify(full=True) == []


# -- modules of the project (P1, P4)


@pytest.fixture
def with_modules(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any, Members], bytes]:
    """Makes a bundle whose record holds these modules, well formed or not, and these members beside."""

    def make(data: Any, beside: Members) -> bytes:
        folder = Path(tempfile.mkdtemp(dir=tmp_path_factory.getbasetemp()))
        repo = mv.open(folder, create=True)
        version = repo.commit({"a": 1})
        (draft,) = graph.capture({modules.KEY: data}, {}, definitions=False).groups
        with repo.parts.lease(), repo.parts.writing() as pack:
            group = repo.group_store.put(pack, draft)
        made = repo.history.add(replace(version, number=2, definitions=(group,), parents=()))
        found = portable.taken_out(repo, made)
        plain = bundle.write(repo, version, folder / "plain.nbmv.zip")
        members = {n: d for n, d in samples.members_of(plain).items() if not n.startswith("store/parts/")}
        raws = {part: bytes(portable.raw(repo, found, part)) for part in found.parts}
        described = json.loads(members["bundle.json"])
        described["parts"] = {part: len(raw) for part, raw in raws.items()}
        members |= {f"store/parts/{part}": raw for part, raw in raws.items()}
        members |= {"store/record.json": portable.record(found.version), "bundle.json": json.dumps(described).encode()}
        return zipped(with_manifest({**members, **beside}))

    return make


def well(**files: bytes) -> dict[str, Any]:
    """Modules as a version holds them."""
    return {"files": files, "names": {}, "notes": []}


def test_modules_that_the_tests_put_together_are_taken(with_modules: Any, tmp_path: Path) -> None:
    data = with_modules(well(**{"a/b.py": b"import os"}), {"modules/a/b.py": b"import os"})
    (tmp_path / "good.nbmv.zip").write_bytes(data)
    repo = mv.open(tmp_path, create=True)
    assert repo.modules(bundle.open_into(repo, tmp_path / "good.nbmv.zip")) == {"a/b.py": "import os"}


@pytest.mark.parametrize(
    "path",
    [
        "/etc/evil.py", "../evil.py", "a/../../evil.py", "..", "C:/evil.py", "C:evil.py", "a\\evil.py", "\\\\h\\e.py",
        "a\x00.py", "a//b.py", "./a.py", "con.py", "a/NUL/b.py", "aux.x/b.py", "a./b.py", "a /b.py", "\u202eyp.py",
        "a\nb.py", ".ssh/rc.py", "a.pth", "sitecustomize.so", "", "x" * 500 + ".py", "a/b.PY",
    ],
)  # fmt: skip
def test_p4_a_module_that_would_lie_elsewhere_is_refused(path: str, with_modules: Any, tmp_path: Path) -> None:
    refused(tmp_path, with_modules(well(**{path: b"evil = 1"}), {}), "a module cannot lie at")


@pytest.mark.parametrize(
    "data",
    [
        [], {}, {"files": {}}, {**well(), "more": 1}, well(**{"a.py": "text"}), {**well(), "names": {"a": "b.py"}},
        {"files": {"a.py": b""}, "names": {"a b": "a.py"}, "notes": []}, {**well(), "notes": [1]},
        {**well(), "notes": "x"}, well(**{f"m{i}.py": b"" for i in range(300)}),
        well(**{"a.py": b"1", "A.py": b"2"}), well(**{"a.py": b"x" * 3_000_000}),
        {"files": {1: b""}, "names": {}, "notes": []}, well(**{"a.py": bytearray(b"x")}), frozenset({1}), (1,),
    ],
)  # fmt: skip
def test_p4_modules_that_are_not_well_formed_are_refused(data: Any, with_modules: Any, tmp_path: Path) -> None:
    refused(tmp_path, with_modules(data, {}), "module")


def test_p1_modules_that_only_a_codec_or_pickle_can_read_are_refused(with_modules: Any, tmp_path: Path) -> None:
    refused(tmp_path, with_modules(well(**{"a.py": np.zeros(3)}), {}), "not well formed|not plain")
    refused(tmp_path / "two", with_modules(well(**{"a.py": samples.study()["model"]}), {}), "not well formed|not plain")


def test_p4_modules_beside_the_notebook_are_those_of_the_version(with_modules: Any, tmp_path: Path) -> None:
    good = well(**{"a.py": b"import os"})
    for at, (beside, why) in enumerate(
        [
            ({"modules/a.py": b"import evil"}, "is another than in its version"),
            ({}, "other modules than its version"),
            ({"modules/a.py": b"import os", "modules/b.py": b"evil"}, "other modules than its version"),
            ({"modules/a.py": b"import os", "modules/../b.py": b"evil"}, "no file named"),
            ({"modules/a.py": b"import os", "modules/b.pth": b"evil"}, "no file named"),
            ({"modules/a.py": b"import os", "modules//b.py": b"evil"}, "no file named"),
            ({"modules/a.py": b"import os", "modules/A.py": b"evil"}, "two members are named"),
        ]
    ):
        refused(tmp_path / str(at), with_modules(good, beside), why)


def test_p3_modules_of_a_stranger_are_neither_written_nor_imported_before_trust(
    with_modules: Any, tmp_path: Path
) -> None:
    source = f"open({str(tmp_path / 'ran')!r}, 'w')".encode()
    data = {"files": {"strangely.py": source}, "names": {"strangely": "strangely.py"}, "notes": []}
    (tmp_path / "b.nbmv.zip").write_bytes(with_modules(data, {"modules/strangely.py": source}))
    repo = mv.open(tmp_path / "here", create=True)
    version = bundle.open_into(repo, tmp_path / "b.nbmv.zip")
    repo.plan(version)
    repo.load(version)
    with pytest.raises(NeedsTrust, match=r"strangely\.py"):
        repo.write_modules(version)
    assert not (tmp_path / "ran").exists()
    assert not list(tmp_path.rglob("strangely.py"))
    assert repo.write_modules(version, trusted=True).placed == ("strangely.py",)
    assert not (tmp_path / "ran").exists()
