"""Locks: hashes from an index, wheels of all packages, and packages that were installed from a folder."""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.pylock import Pylock

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.bundle import locks
from nbmodelver.bundle.locks import PackagesToLock, local_packages
from nbmodelver.bundle.rerun import installers
from nbmodelver.errors import UsageError
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGES = {"numpy": "2.0.0", "pandas": "2.2.0", "mine": "0.1", "torch": "2.1+cpu"}
REPORT = {
    "install": [
        {
            "metadata": {"name": n, "version": v},
            "download_info": {"archive_info": {"hashes": {"sha256": n * 3}}, "url": u},
        }
        for n, v, u in (("Pandas", "2.2.0", "https://index.example/p.whl"), ("numpy", "2.0.0", "file:///secret/n.whl"))
    ]
}
UV = "--index-url https://index.example\nnumpy==2.0.0 \\\n    --hash=sha256:aa\n"


class Installer:
    """Stands for uv and pip: notes the commands, and answers."""

    def __init__(self, answer: str = "") -> None:
        self.answer = answer
        self.commands: list[list[str]] = []

    def __call__(self, command: Sequence[str]) -> str:
        self.commands.append(list(command))
        if "download" in command or "wheel" in command:
            folder = Path(command[command.index("-d" if "download" in command else "-w") + 1])
            names = (
                ["numpy-2.0.0-cp311-cp311-x.whl", "torch-2.1+cpu-cp311-cp311-x.whl"] if "download" in command else []
            )
            for name in names or ["mine-0.1-py3-none-any.whl"]:
                (folder / name).write_bytes(name.encode() * 1000)
        return self.answer


def wanted(**local: Path) -> PackagesToLock:
    return PackagesToLock(Path(sys.executable), ["mine", "numpy", "torch"], PACKAGES, local)


def test_the_recorded_releases_are_asked_for_without_local_labels(tmp_path: Path) -> None:
    requirements, constraints = wanted(mine=tmp_path).files(tmp_path)
    assert requirements.read_text() == "numpy==2.0.0\ntorch==2.1\n"
    assert constraints.read_text() == "numpy==2.0.0\npandas==2.2.0\ntorch==2.1\n"


def test_a_lock_of_pip_has_hashes_and_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_run", Installer(json.dumps(REPORT)))
    text = locks.lock(wanted(), tmp_path, []).decode()
    assert text.splitlines()[1:] == [
        "numpy==2.0.0 \\", f"    --hash=sha256:{'numpy' * 3}", "pandas==2.2.0 \\", f"    --hash=sha256:{'Pandas' * 3}",
    ]  # fmt: skip
    assert "example" not in text
    assert "secret" not in text


def test_a_lock_of_uv_has_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_run", Installer(UV))
    text = locks.lock(wanted(mine=tmp_path), tmp_path, ["uv"]).decode()
    assert text.endswith("numpy==2.0.0 \\\n    --hash=sha256:aa\n")
    assert "index" not in text.splitlines()[2]
    assert "# Not from an index, built from a folder: mine" in text


def test_a_package_without_a_hash_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = {"install": [{"metadata": {"name": "x", "version": "1"}, "download_info": {"vcs_info": {}}}]}
    monkeypatch.setattr(locks, "_run", Installer(json.dumps(report)))
    with pytest.raises(UsageError, match="no hash of x"):
        locks.lock(wanted(), tmp_path, [])


def test_wheels_are_downloaded_and_those_of_folders_are_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installer = Installer()
    monkeypatch.setattr(locks, "_run", installer)
    files = locks.wheels(wanted(mine=tmp_path / "src"), tmp_path)
    assert [f.name for f in files] == [
        "mine-0.1-py3-none-any.whl", "numpy-2.0.0-cp311-cp311-x.whl", "torch-2.1+cpu-cp311-cp311-x.whl",
    ]  # fmt: skip
    assert [c[-1] for c in installer.commands if "wheel" in c] == [str(tmp_path / "src")]
    text = locks.of_wheels(files, wanted()).decode()
    assert f"mine==0.1 \\\n    --hash=sha256:{hashlib.sha256(files[0].read_bytes()).hexdigest()}" in text


def test_what_the_installer_says_is_shown(tmp_path: Path) -> None:
    code = "import sys; print('ERROR: no matching distribution for absent', file=sys.stderr); sys.exit(1)"
    with pytest.raises(UsageError, match="could not be locked: ERROR: no matching distribution for absent"):
        locks._run([sys.executable, "-c", code])


def test_a_package_of_a_folder_is_found_by_its_metadata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "mine_of_locks-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine-of-locks\nVersion: 0.1\n")
    (info / "direct_url.json").write_text(json.dumps({"url": "file:///a%20b/src", "dir_info": {"editable": True}}))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert local_packages({"mine-of-locks": "0.1", "numpy": "1"}) == {"mine-of-locks": Path("/a b/src")}
    assert local_packages({"mine-of-locks": "0.2", "absent-package": "1"}) == {}


def test_a_bundle_has_the_wheels_and_their_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_run", Installer())
    repo = mv.open(tmp_path / "store", create=True)
    version = repo.commit({"a": 1}, around=CommitContext([Cell("import numpy\na = 1", 1)]))
    paths = [
        bundle.write(repo, version, tmp_path / f"{n}.zip", options=bundle.BundleOptions(has_wheels=True)) for n in "ab"
    ]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    inside = bundle.inspect(paths[0])
    assert "wheels/torch-2.1+cpu-cp311-cp311-x.whl" in inside.members
    assert "requirements.lock.txt" in inside.members
    found = Pylock.from_dict(tomllib.loads(zipfile.ZipFile(paths[0]).read("pylock.toml").decode()))
    found.validate()
    assert [(p.name, str(p.version)) for p in found.packages] == [("numpy", "2.0.0"), ("torch", "2.1+cpu")]
    assert found.packages[0].wheels[0].path == "wheels/numpy-2.0.0-cp311-cp311-x.whl"
    (tmp_path / "lock").mkdir()
    text, folder_of_wheels = bundle.lock_of(paths[0], tmp_path / "lock")
    assert text.encode() == zipfile.ZipFile(paths[0]).read("requirements.lock.txt")
    assert folder_of_wheels == tmp_path / "lock" / "wheels"
    assert len(list((tmp_path / "lock" / "wheels").iterdir())) == 2
    folder = bundle.extract(paths[0], tmp_path / "out").folder
    assert (folder / "wheels" / "numpy-2.0.0-cp311-cp311-x.whl").stat().st_size == 29_000
    assert bundle.bring_in(mv.open(tmp_path / "other", create=True), paths[0]).version.names == ("a",)


def test_a_python_that_is_not_here_cannot_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installers, "interpreter_for", lambda _minor: None)
    repo = mv.open(tmp_path / "store", create=True)
    with pytest.raises(UsageError, match="there is no Python"):
        bundle.write(repo, repo.commit({"a": 1}), tmp_path / "a.zip", options=bundle.BundleOptions(has_lock=True))
