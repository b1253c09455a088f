"""The input files of a version in a bundle: readable as files, exact after an import, checked against the record."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.bundle import input_members, names
from nbmodelver.errors import BadBundle, NbmodelverError, UsageError
from nbmodelver.model import Cell, InputFile, ObjectId, ReadFile, Version, VersionId
from nbmodelver.repo import CommitContext
from nbmodelver.repo.core.secrets import Searcher
from tests.bundle.samples import members_of, with_manifest, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


@pytest.fixture
def study(tmp_path: Path) -> tuple[Repo, Version, Path]:
    """A version that read four files, two of them equal, and its bundle."""
    repo = mv.open(tmp_path / "store", create=True)
    read = []
    for path in ("data/a.csv", "twin.csv", "../up one.json", "key.pem"):
        place = tmp_path / path.replace("/", "-").replace("..", "up")
        place.write_text("{}" if "json" in path else "a\n1\n")
        stat = place.stat()
        read.append(ReadFile(path, str(place), stat.st_size, stat.st_mtime_ns))
    cells = [Cell("text = open('data/a.csv').read()", 1, id="c1")]
    version = repo.commit({"text": "a\n1\n"}, around=CommitContext(cells, read=read))
    return repo, version, bundle.write(repo, version, tmp_path / "x.nbmv.zip")


def test_each_file_is_a_member_and_no_second_copy_exists(study: tuple[Repo, Version, Path]) -> None:
    _, version, path = study
    inside = bundle.inspect(path)
    assert [m for m in inside.members if m.startswith("files/")] == [
        "files/data/a.csv", "files/elsewhere/1/up_one.json", "files/twin.csv",
    ]  # fmt: skip
    digests = {i.digest for i in version.inputs if i.is_kept}
    assert not any(digest in member for member in inside.members for digest in digests)


def test_an_import_has_the_files_again(study: tuple[Repo, Version, Path], tmp_path: Path) -> None:
    other = mv.open(tmp_path / "other", create=True)
    version = bundle.bring_in(other, study[2]).version
    assert version.inputs == study[1].inputs
    contents = {i.path: bytes(other.parts.get(i.digest)) for i in version.inputs if i.is_kept}  # type: ignore[arg-type]
    assert contents == {"data/a.csv": b"a\n1\n", "twin.csv": b"a\n1\n", "../up one.json": b"{}"}
    again = bundle.write(other, version, tmp_path / "again.nbmv.zip")
    assert members_of(again)["files/twin.csv"] == b"a\n1\n"


def test_plain_python_finds_the_files_where_the_cells_read_them(
    study: tuple[Repo, Version, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    with zipfile.ZipFile(study[2]) as found:
        found.extractall(folder)
    notebook = json.loads((folder / "notebook.ipynb").read_text())
    code = "\n".join("".join(cell["source"]) for cell in notebook["cells"]) + "\nprint(repr(text))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr("a\n1\n")
    assert not (folder.parent / "up one.json").exists(), "nothing is written outside of the folder"


def changed(path: Path, name: str, content: bytes | None) -> bytes:
    members = members_of(path)
    if content is None:
        del members[name]
    else:
        members[name] = content
    return zipped(with_manifest(members))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("files/twin.csv", b"a\n2\n", "differs from the file in its version"),
        ("files/twin.csv", b"a\n11\n", "the size of files/twin.csv"),
        ("files/twin.csv", None, "are not those of its version"),
        ("files/more.csv", b"1", "are not those of its version"),
        ("files/elsewhere/1/up_one.json", b"[]", "does not match its id"),
    ],
)
def test_a_file_that_is_not_that_of_the_record_is_refused(
    study: tuple[Repo, Version, Path], tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    (tmp_path / "bad.zip").write_bytes(changed(study[2], name, content))
    other = mv.open(tmp_path / "other", create=True)
    with pytest.raises(BadBundle, match=says):
        bundle.bring_in(other, tmp_path / "bad.zip")
    assert not list(other.history.records.ids())


def test_a_list_that_is_not_that_of_the_record_is_refused(study: tuple[Repo, Version, Path], tmp_path: Path) -> None:
    members = members_of(study[2])
    described = json.loads(members["bundle.json"])
    for files in ([], [{"path": 1}], "x", [1], described["files"][:1]):
        content = json.dumps({**described, "files": files}).encode()
        (tmp_path / "bad.zip").write_bytes(changed(study[2], "bundle.json", content))
        with pytest.raises(NbmodelverError):
            bundle.inspect(tmp_path / "bad.zip")


@pytest.mark.parametrize("path", ["/etc/cron.d/x", "../../../../x", "~/x", "con.txt", "a\\b", "../x", "é.csv"])
def test_a_path_that_is_not_plain_has_a_member_elsewhere(path: str) -> None:
    version = Version(VersionId(""), 1, inputs=(InputFile(path, 1, ObjectId("a" * 40), is_kept=True),))
    (member,) = input_members.members(version).values()
    assert member.startswith("files/elsewhere/1/")
    assert names.is_allowed(member)
    assert input_members.placed(version) == ({path: member} if path == "é.csv" else {})


def test_an_export_looks_again_for_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was stored before its form of secret was known is not exported."""
    (tmp_path / "x.txt").write_text("AKIA" + "ABCDEFGHIJKLMNOP")
    stat = (tmp_path / "x.txt").stat()
    repo = mv.open(tmp_path / "store", create=True)
    with monkeypatch.context() as patch:
        patch.setattr(Searcher, "in_text", lambda *_: "")
        read = [ReadFile("x.txt", str(tmp_path / "x.txt"), stat.st_size, stat.st_mtime_ns)]
        version = repo.commit({"a": 1}, around=CommitContext(read=read))
    assert version.inputs[0].is_kept
    with pytest.raises(UsageError, match=r"'x\.txt' may hold a secret") as caught:
        bundle.write(repo, version, tmp_path / "a.zip")
    assert "--no-files" in caught.value.hint
    bundle.write(repo, version, tmp_path / "a.zip", options=bundle.BundleOptions(without_files=True))
