"""Inspection and import of bundles."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.cli import main
from nbmodelver.errors import BadBundle, FileExists, NeedsTrust, StoreFull, StoreReadOnly, UnknownName
from nbmodelver.repo import Repo
from tests.bundle import samples

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Backend


def test_every_value_comes_back_in_another_store(made, other) -> None:
    _, version, path = made
    here = bundle.open_into(other, path)
    trusting = mv.open(other.where, trusted=True)
    values, then = trusting.load(here), samples.study()
    assert list(values) == list(then)
    pd.testing.assert_frame_equal(values["X"], then["X"], check_exact=True)
    pd.testing.assert_series_equal(values["y"], then["y"], check_exact=True)
    assert values["params"] == then["params"]
    assert values["pair"] == (1, 2)
    assert (values["model"].predict(values["A"]) == then["model"].predict(then["A"])).all()
    assert np.shares_memory(values["A"], values["top"])
    assert {n: k.digest for n, k in here.kept.items()} == {n: k.digest for n, k in version.kept.items()}
    assert other.verify(full=True) == []


def test_all_files_are_written_and_can_be_checked_without_nbmodelver(made, tmp_path: Path) -> None:
    _, version, path = made
    done = bundle.extract(path, tmp_path / "out")
    written = {p.relative_to(done.folder).as_posix(): p.stat().st_size for p in done.folder.rglob("*") if p.is_file()}
    inside = bundle.inspect(path)
    assert written.keys() == {*inside.members, "manifest-sha256.txt"}
    assert (done.count, done.size_bytes) == (len(written), sum(written.values()))
    for line in (done.folder / "manifest-sha256.txt").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((done.folder / name).read_bytes()).hexdigest() == digest
    assert inside.version.message == version.message
    with pytest.raises(FileExists, match="already exists"):
        bundle.extract(path, tmp_path / "out")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreFull, match="cannot be written"):
        bundle.extract(path, tmp_path / "file" / "out")


def test_a_changed_bundle_leaves_no_folder(made, tmp_path: Path) -> None:
    changed = tmp_path / "changed.nbmv.zip"
    data = bytearray(made[2].read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    with pytest.raises(BadBundle):
        bundle.extract(changed, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [changed]


def test_an_import_keeps_the_description_of_the_version(made, other) -> None:
    repo, version, path = made
    here = bundle.open_into(other, path)
    assert (here.message, here.metrics, here.params) == (version.message, version.metrics, version.params)
    assert other.cells(here) == repo.cells(version)
    assert other.environment(here) == repo.environment(version)
    state = other.session(here)
    assert state is not None
    assert (state["python"]["cwd"], state["python"]["sys.path"]) == ("", [])


def test_p3_a_pickled_value_needs_trust_and_data_does_not(made, other) -> None:
    here = bundle.open_into(other, made[2])
    assert other.load(here, ["X", "params"])["params"]["depth"] == 3
    with pytest.raises(NeedsTrust, match=r"'model'.*sklearn\.tree\.DecisionTreeClassifier"):
        other.load(here, ["model"])
    assert mv.open(other.where, trusted=True).load(here, ["model"])["model"].get_depth() == 3


def test_definitions_of_the_notebook_are_imported(tmp_path: Path, other) -> None:
    source = (
        "class Scale:\n    def __init__(self, by): self.by = by\n    def __call__(self, x): return x * self.by * K\n"
    )
    space: dict[str, object] = {"__name__": "__main__"}
    exec(source + "K = 2\nscale = Scale(5)", space)
    repo = mv.open(tmp_path / "one", create=True)
    version = repo.commit({"scale": space["scale"]}, namespace=space)
    bundle.open_into(other, bundle.write(repo, version, tmp_path / "code.nbmv.zip"))
    back: dict[str, object] = {"__name__": "__main__", "K": 3}
    values = mv.open(other.where, trusted=True).load("v1", ["scale"], namespace=back)
    assert values["scale"](1) == 15


def test_the_same_bundle_twice_is_one_version(made, other) -> None:
    first = bundle.bring_in(other, made[2])
    again = bundle.bring_in(other, made[2])
    assert (first.again, again.again) == (False, True)
    assert first.version == again.version
    assert len(other.log()) == 1


def test_a_bundle_of_the_same_store_changes_nothing(made) -> None:
    repo, version, path = made
    found = bundle.bring_in(repo, path)
    assert found.again
    assert found.version == version
    assert repo.trusts(found.version)


def test_a_bundle_can_be_inspected_without_a_store(made) -> None:
    found = bundle.inspect(made[2])
    assert found.version.message == made[1].message
    by_name = {v["name"]: v for v in found.variables}
    assert by_name["model"]["needs_trust"] is True
    assert by_name["X"]["file"] == "variables/X.parquet"
    assert {"notebook.ipynb", "bundle.json", "store/record.json"} <= found.members.keys()


def test_an_interrupted_import_leaves_nothing(made, other) -> None:
    def stop(_done: int, _total: int, what: str) -> None:
        if what != "checking the bundle":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bundle.open_into(other, made[2], stop)
    assert other.log() == []
    assert bundle.open_into(other, made[2]).number == 1


class ReadOnly:
    """A backend on a read-only disk: it reads, and refuses everything else."""

    def __init__(self, backend: Backend) -> None:
        self.where, self.read, self.size = backend.where, backend.read, backend.size
        self.list, self.age_s, self.local_path = backend.list, backend.age_s, backend.local_path

    def refuse(self, *_: object, **__: object) -> NoReturn:
        raise StoreReadOnly("the disk is read-only")

    create = swap = delete = lock = sweep = refuse


def test_d5_a_read_only_store_can_be_exported_from_but_not_imported_into(made, other, tmp_path: Path) -> None:
    repo, version, path = made
    twin = bundle.write(Repo(ReadOnly(repo.backend)), version, tmp_path / "twin.nbmv.zip")
    assert twin.read_bytes() == path.read_bytes()
    with pytest.raises(StoreReadOnly):
        bundle.open_into(Repo(ReadOnly(other.backend)), path)


def test_the_command_line_exports_and_imports(made, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("NBMODELVER_STORE", made[0].where)
    monkeypatch.chdir(tmp_path)
    assert main(["export", "v1"]) == 0
    assert "study-v1.nbmv.zip" in capsys.readouterr().out
    monkeypatch.setenv("NBMODELVER_STORE", str(tmp_path / "second"))
    assert main(["init", str(tmp_path / "second")]) == 0
    assert main(["import", "study-v1.nbmv.zip"]) == 0
    assert main(["import", "study-v1.nbmv.zip"]) == 0
    said = " ".join(capsys.readouterr().out.split())  # Where a line is broken depends on the folder's name.
    assert "study-v1.nbmv.zip was imported as v1 · model: only with %mv_rollback v1 --trust" in said
    assert "is already in the store as v1" in said
    assert main(["import", "study-v2.nbmv.zip"]) == 1
    assert "try: study-v1.nbmv.zip" in capsys.readouterr().err


def test_a_file_that_is_not_a_bundle_is_refused(tmp_path: Path, other) -> None:
    for data in (b"", b"hello", b"PK" * 40, samples.zipped({"README.md": b"hi"})):
        (tmp_path / "odd.zip").write_bytes(data)
        with pytest.raises(BadBundle, match=r"'odd\.zip'"):
            bundle.open_into(other, tmp_path / "odd.zip")
    with pytest.raises(BadBundle, match="there is no file"):
        bundle.open_into(other, tmp_path / "missing.zip")
    with pytest.raises(BadBundle):
        bundle.open_into(other, tmp_path)


def test_some_variables_can_be_imported_alone_and_the_rest_later(made, other) -> None:
    _, version, path = made
    some = bundle.bring_in(other, path, only=["params", "top"])
    assert not some.again
    assert set(some.version.kept) == {"params", "A", "top"}
    assert some.version.note.startswith("imported without X, ")
    assert np.shares_memory(*other.load(some.version, ["A", "top"]).values())
    assert other.refs.get(f"origin/{some.version.id}") == bundle.inspect(path).digest
    assert bundle.bring_in(other, path, only=["params", "top"]).again
    assert not bundle.bring_in(other, path).again
    assert [len(v.kept) for v in other.log()] == [len(version.kept), 3]
    with pytest.raises(UnknownName, match="'parms'") as caught:
        bundle.bring_in(other, path, only=["parms"])
    assert caught.value.hint == "did you mean 'params'?"


def test_a_rollback_to_a_part_leaves_the_other_variables(made, other) -> None:
    some = bundle.bring_in(other, made[2], only=["x"]).version
    assert some.left_out("X")
    assert "pandas" in str(bundle.inspect(made[2]).environment["packages"])


def test_a_file_that_was_exchanged_since_it_was_shown_is_refused(made, other) -> None:
    digest = bundle.inspect(made[2]).digest
    with pytest.raises(BadBundle, match="another file than the one that was shown"):
        bundle.bring_in(other, made[2], digest="0" * 64)
    assert other.log() == []
    assert bundle.bring_in(other, made[2], digest=digest).version.number == 1


def test_the_command_line_imports_some_variables(made, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("NBMODELVER_STORE", str(tmp_path / "third"))
    assert main(["init", str(tmp_path / "third")]) == 0
    assert main(["import", str(made[2]), "--only", "x", "--only", "π"]) == 0
    assert "was imported as v1" in " ".join(capsys.readouterr().out.split())
    assert set(mv.open(tmp_path / "third")["v1"].kept) == {"x", "π"}
