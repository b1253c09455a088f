"""Malicious descriptions in a bundle: each is refused with a reason, and no code runs (P1, P4, P5, P6)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.errors import LimitExceeded, NeedsTrust
from tests.bundle import samples
from tests.bundle.samples import Members, change, refused, well, with_manifest, zipped


def test_a_well_formed_bundle_is_imported(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "good.nbmv.zip").write_bytes(good)
    repo = mv.open(tmp_path, create=True)
    assert repo.load(bundle.open_into(repo, tmp_path / "good.nbmv.zip"), ["a"]) == {"a": list(range(3000))}


def test_a_bundle_assembled_by_the_tests_is_imported(members: Members, tmp_path: Path) -> None:
    (tmp_path / "good.nbmv.zip").write_bytes(zipped(with_manifest(members)))
    assert bundle.open_into(mv.open(tmp_path, create=True), tmp_path / "good.nbmv.zip").number == 1


def test_p5_a_huge_declared_size_is_refused_before_the_part_is_read(members: Members, tmp_path: Path) -> None:
    part = next(m for m in members if m.endswith(".zst")).removeprefix("store/parts/").removesuffix(".zst")
    refused(
        tmp_path,
        change(members, "bundle.json", lambda d: d["parts"].update({part: 1 << 44})),
        "declares",
        LimitExceeded,
    )


def test_p5_a_frame_larger_than_declared_is_refused(members: Members, tmp_path: Path) -> None:
    name = next(m for m in members if m.endswith(".zst"))
    members[name] = zstandard.ZstdCompressor(level=19).compress(bytes(15 << 20))
    refused(tmp_path, zipped(with_manifest(members)), "cannot be decompressed|malformed|the size of part")


def test_p6_a_part_with_other_content_is_refused(members: Members, tmp_path: Path) -> None:
    sizes = json.loads(members["bundle.json"])["parts"]
    name = next(m for m in members if m.endswith(".zst") and sizes[m[12:52]] > 5000)
    raw = bytearray(zstandard.ZstdDecompressor().decompress(members[name]))
    raw[100] ^= 1
    members[name] = zstandard.ZstdCompressor().compress(bytes(raw))
    refused(tmp_path, zipped(with_manifest(members)), "does not match its id")


def test_a_missing_part_of_a_recipe_is_refused(members: Members, tmp_path: Path) -> None:
    name = next(m for m in members if m.startswith("store/parts/") and "zst" in m)
    del members[name]
    data = change(members, "bundle.json", lambda d: d["parts"].pop(name[12:52]))
    refused(tmp_path, data, "missing")


def test_an_unneeded_part_is_refused(members: Members, tmp_path: Path) -> None:
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
        (lambda d: rename(d, "a = 1"), "an invalid name"),
        (lambda d: rename(d, "import"), "cannot be a variable"),
        (lambda d: rename(d, "c"), "that of other names"),
        (lambda d: d["kept"][0].update(group=7), "in no group"),
        (lambda d: d["kept"][0].update(digest=d["kept"][1]["digest"]), "digest"),
        (lambda d: d["kept"][0].update(kind="<script>"), "entry of"),
        (lambda d: d["groups"][0].update(recipe="../../etc"), "a group|digest"),
        (lambda d: d["groups"][0].update(recipe="0" * 40), "is missing|digest"),
        (lambda d: d.update(surprise=1), "malformed"),
        (lambda d: d.update(message=["x"]), "a text"),
        (lambda d: d.update(metrics={"acc": "high"}), "a metric"),
        (lambda d: d.update(params=["x"]), "a table of parameters"),
        (lambda d: d.update(duration_s=float("nan")), "a number"),
        (lambda d: d.update(notebook_path=5), "a text"),
        (lambda d: d["groups"][0].update(classes=[None], names=None), "malformed|invalid"),
        (lambda d: d.update(kept=5), "malformed"),
        (lambda d: d.update(environment="f" * 40), "is missing"),
    ],
)
def test_an_invalid_record_is_refused(how: Any, why: str, members: Members, tmp_path: Path) -> None:
    refused(tmp_path, change(members, "store/record.json", how), why)


@pytest.mark.parametrize("name", ["bundle.json", "store/record.json"])
@pytest.mark.parametrize("data", [b"[" * 200_000, b"null", b"\xff\xfe", b'{"format": 1e999}', b"9" * 10_000])
def test_p19_malformed_or_too_deep_json_is_refused(name: str, data: bytes, members: Members, tmp_path: Path) -> None:
    refused(tmp_path, zipped(with_manifest({**members, name: data})), "malformed|invalid")


def test_d11_a_newer_format_is_refused(members: Members, tmp_path: Path) -> None:
    refused(
        tmp_path,
        change(members, "bundle.json", lambda d: d.update(format=4)),
        "format 4; this nbmodelver reads up to 3",
    )


class Evil:
    """An object whose pickle creates a file when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return Path.touch, (self.marker,)


def test_p1_a_pickle_is_never_loaded_whatever_the_record_says(tmp_path: Path) -> None:
    """Export, import and a plan run no code, even if the record denies the pickle; a load is refused."""
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


def test_an_imported_version_can_be_compared_planned_and_verified(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "good.nbmv.zip").write_bytes(good)
    repo = mv.open(tmp_path, create=True)
    own = repo.commit({"a": [1], "b": 2.5})
    here = bundle.open_into(repo, tmp_path / "good.nbmv.zip")
    assert here.number == 2
    assert repo.history.head == own
    assert [s.id for s in repo.diff(own, here, ["a", "b"]).sections]
    assert repo.plan(here, {"a": 1}).named("lost") == ("model",)
    assert repo.verify(full=True) == []


def test_well_formed_modules_are_imported(with_modules: Any, tmp_path: Path) -> None:
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
def test_p4_a_module_path_outside_of_the_folder_is_refused(path: str, with_modules: Any, tmp_path: Path) -> None:
    refused(tmp_path, with_modules(well(**{path: b"evil = 1"}), {}), "the path of a module is not allowed")


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
def test_p4_malformed_modules_are_refused(data: Any, with_modules: Any, tmp_path: Path) -> None:
    refused(tmp_path, with_modules(data, {}), "module")


def test_p1_modules_that_need_a_codec_or_pickle_are_refused(with_modules: Any, tmp_path: Path) -> None:
    refused(tmp_path, with_modules(well(**{"a.py": np.zeros(3)}), {}), "not well formed|not plain")
    refused(tmp_path / "two", with_modules(well(**{"a.py": samples.study()["model"]}), {}), "not well formed|not plain")


def test_p4_module_files_that_differ_from_the_version_are_refused(with_modules: Any, tmp_path: Path) -> None:
    good = well(**{"a.py": b"import os"})
    for at, (beside, why) in enumerate(
        [
            ({"modules/a.py": b"import evil"}, "differs from the module in its version"),
            ({}, "not those of its version"),
            ({"modules/a.py": b"import os", "modules/b.py": b"evil"}, "not those of its version"),
            ({"modules/a.py": b"import os", "modules/../b.py": b"evil"}, "may not have a member named"),
            ({"modules/a.py": b"import os", "modules/b.pth": b"evil"}, "may not have a member named"),
            ({"modules/a.py": b"import os", "modules//b.py": b"evil"}, "may not have a member named"),
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
