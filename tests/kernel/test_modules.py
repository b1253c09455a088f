"""Modules beside the notebook belong to the version: kept, compared, named in plans, written again, never over."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.errors import NeedsTrust, NotKept, NotLoadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shells import Shell

ONCE = "class S:\n    def fit(self, X): return self\n    def transform(self, X): return X * 1\n"
HUNDRED = ONCE.replace("* 1", "* 100")


@pytest.fixture(autouse=True)
def _own_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test imports from its own folder, and leaves nothing of it in this process."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    paths = list(sys.path)
    sys.path.insert(0, str(tmp_path))
    yield
    sys.path[:] = paths
    restart(tmp_path)


def restart(folder: Path) -> None:
    """What a restart of the kernel does to the modules of a folder."""
    for name, module in list(sys.modules.items()):
        if str(module.__dict__.get("__file__")).startswith(str(folder)):
            del sys.modules[name]
    importlib.invalidate_caches()


def put(name: str, source: str) -> Path:
    """Write a module; its time differs from that of the one before, as it does between two edits."""
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, encoding="utf-8")
    put.clock += 10  # type: ignore[attr-defined]
    os.utime(file, (put.clock, put.clock))  # type: ignore[attr-defined]
    return file


put.clock = time.time()  # type: ignore[attr-defined]


def test_field_05_a_module_that_was_edited_is_in_the_diff_and_in_the_plan(shell: Shell) -> None:
    put("feats.py", ONCE)
    shell.run("%load_ext autoreload\n%autoreload 2")
    shell.run("from feats import S\ns = S()")
    shell.run("%mv_commit")
    put("feats.py", HUNDRED)
    assert shell.run("s.transform(1)") == 100
    shell.run("%mv_commit")
    shell.run("%mv_diff")
    assert "-    def transform(self, X): return X * 1\n" in shell.said
    assert "+    def transform(self, X): return X * 100" in shell.said
    shell.run("%mv_rollback v1 --yes")
    assert "feats.py differs from v1" in shell.said
    assert "%mv_rollback v1 --modules" in shell.said


def test_a_missing_module_is_named_and_comes_back_with_its_values(shell: Shell, another: Any, tmp_path: Path) -> None:
    put("feats.py", ONCE)
    shell.run("from feats import S\ns = S()\nx = [1]")
    shell.run("%mv_commit")
    Path("feats.py").unlink()
    restart(tmp_path)
    with another() as later:
        plan = later.run("%mv_rollback v1 --dry-run --partial").value
        (lost,) = [c for c in plan.changes if c.effect == "lost"]
        assert "imported again" not in later.said
        assert (lost.name, lost.reason) == ("s", "needs the missing feats.py: %mv_rollback v1 --modules")
        error = later.fails("%mv_rollback v1 --yes")
        assert isinstance(error, NotLoadable)
        assert error.hint == "try: %mv_rollback v1 --modules"
        assert "pip install" not in later.said
        later.run("%mv_rollback v1 --modules --dry-run")
        assert "s will be added" in " ".join(later.said.split())
        assert not Path("feats.py").exists()
        later.run("%mv_rollback v1 --yes --modules")
        assert "feats.py of v1 is missing; it is written" in later.said
        assert later.run("s.transform(2)") == 2
        assert later["x"] == [1]
        assert Path("feats.py").read_text() == ONCE


def test_a_module_that_is_there_is_never_written_over(shell: Shell) -> None:
    put("feats.py", ONCE)
    shell.run("from feats import S\ns = S()")
    shell.run("%mv_commit")
    put("feats.py", HUNDRED)
    shell.run("%mv_rollback v1 --yes --modules")
    assert Path("feats.py").read_text() == HUNDRED
    assert Path("modules-v1/feats.py").read_text() == ONCE
    assert "feats.py of v1 is in modules-v1; your own file is not changed" in shell.said
    Path("modules-v1/feats.py").write_text("# my notes")
    shell.run("%mv_rollback v1 --yes --modules")
    assert Path("modules-v1/feats.py").read_text() == "# my notes"
    assert Path("modules-v1-2/feats.py").read_text() == ONCE


def test_field_8_a_folder_added_to_the_search_path_is_found_again(shell: Shell, another: Any, tmp_path: Path) -> None:
    put("lib/homelib/__init__.py", "from .parts import M\n")
    put("lib/homelib/parts.py", "from homelib import deep\nclass M: pass\n")
    put("lib/homelib/deep.py", "N = 3\n")
    shell.run("import sys; sys.path.append('lib')")
    shell.run("from homelib import M; model, table = M(), [1, 2, 3]")
    shell.run("%mv_commit -a -m one")
    assert sorted(mv.open().modules("v1")) == [f"lib/homelib/{n}.py" for n in ("__init__", "deep", "parts")]
    sys.path.remove("lib")
    restart(tmp_path)
    for file in sorted(Path("lib/homelib").glob("*.py")):
        file.unlink()
    with another() as later:
        later.run("%mv_rollback v1 --yes --modules")
        assert type(later["model"]).__module__ == "homelib.parts"
        assert later["table"] == [1, 2, 3]


def test_a_module_that_only_a_function_imports_is_kept(shell: Shell) -> None:
    put("feats.py", "def f():\n    import helper\n    return helper.N\n")
    put("helper.py", "N = 1\n")
    put("unused.py", "N = 1\n")
    shell.run("from feats import f")
    shell.run("x = 1\ndef g():\n    import later\n")
    put("later.py", "N = 1\n")
    shell.run("%mv_commit")
    assert list(mv.open().modules("v1")) == ["feats.py", "helper.py", "later.py"]


def test_unchanged_modules_cost_nothing_and_a_version_tells_a_new_one(shell: Shell) -> None:
    put("feats.py", ONCE + "".join(f"A{i} = {i * 7919}\n" for i in range(5000)))
    shell.run("from feats import S; x = 1")
    shell.run("%mv_commit")
    first = shell.run("import nbmodelver as mv; mv.open()['v1'].new_bytes")
    shell.run("x = 2")
    shell.run("%mv_commit")
    assert first > 10_000 > 8_000 > mv.open()["v2"].new_bytes
    put("more.py", "N = 1\n")
    shell.run("import more")
    shell.run("%mv_commit x")
    shell.run("%mv_diff v2 v3")
    assert "more.py" in shell.said
    assert "added" in shell.said
    shell.run("%mv_show v3")
    assert "Modules of the project" in shell.said
    assert "feats.py" in shell.said


def test_a_module_that_was_edited_after_it_was_loaded_is_said_to_be_older(shell: Shell) -> None:
    put("feats.py", ONCE)
    put("numbers_.py", "N = 1\n")
    shell.run("from feats import S; import numbers_; s = S()")
    put("feats.py", HUNDRED)
    shell.run("%mv_commit")
    assert "feats.py was changed after it was loaded: the kernel runs the older code" in shell.said
    assert "numbers_.py was" not in shell.said
    put("numbers_.py", "N = 2\n")
    shell.run("%mv_commit")
    assert "numbers_.py was changed after it was loaded" in shell.said
    assert "feats.py was" not in shell.said
    shell.run("import importlib, feats; importlib.reload(feats); importlib.reload(numbers_)")
    shell.run("%mv_commit")
    assert not mv.open().modules_of(mv.open()["v3"]).notes
    assert mv.open().modules("v3")["feats.py"] == HUNDRED


def test_secrets_in_modules_are_hidden_and_still_the_same_file(shell: Shell) -> None:
    secret = "sk-" + "abcd1234" * 5
    put("feats.py", f"api_key = '{secret}'\nclass S: pass\n")
    shell.run("from feats import S; s = S()")
    shell.run("%mv_commit")
    assert secret not in mv.open().modules("v1")["feats.py"]
    assert "feats.py: text that looks like a secret is hidden" in shell.said
    shell.run("%mv_rollback v1 --dry-run")
    assert "differs from" not in shell.said


def test_large_files_and_too_many_are_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbmodelver.repo.core.project.MOST_FILES", 3)
    put("big.py", "N = 1\n#" + "x" * 1_000_000)
    for i in range(5):
        put(f"m{i}.py", "N = 1\n")
    shell.run("import big, m0, m1, m2, m3, m4; x = 1")
    shell.run("%mv_commit")
    assert "only 3 modules of the project are kept" in shell.said
    assert len(mv.open().modules("v1")) == 3


def test_installed_packages_and_foreign_folders_are_not_of_the_project(shell: Shell) -> None:
    put("venv/lib/python3.11/site-packages/thing.py", "N = 1\n")
    put(".hidden/secretly.py", "N = 1\n")
    shell.run("import sys; sys.path += ['venv/lib/python3.11/site-packages', '.hidden']")
    shell.run("import thing, secretly, json, numpy; x = 1")
    shell.run("%mv_commit")
    assert mv.open().modules("v1") == {}
    assert not mv.open()["v1"].definitions


def test_a_folder_elsewhere_that_the_notebook_added_goes_by_its_name(
    shell: Shell, another: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "shared"
    put(str(elsewhere / "outside.py"), ONCE)
    shell.run(f"import sys; sys.path.append({str(elsewhere)!r})")
    shell.run("from outside import S; s = S()")
    shell.run("%mv_commit")
    assert list(mv.open().modules("v1")) == ["shared/outside.py"]
    (elsewhere / "outside.py").unlink()
    sys.path.remove(str(elsewhere))
    restart(elsewhere)
    with another() as later:
        later.run("%mv_rollback v1 --yes --modules")
        assert later.run("s.transform(3)") == 3
        assert Path("shared/outside.py").read_text() == ONCE
        restart(tmp_path)


def test_only_modules_that_the_names_need_are_named(shell: Shell) -> None:
    put("one.py", "import two\nclass A: pass\n")
    put("two.py", "N = 1\n")
    put("three.py", "class B: pass\n")
    shell.run("from one import A; from three import B; a, b = A(), B()")
    shell.run("%mv_commit")
    put("two.py", "N = 2\n")
    put("three.py", "class B: x = 1\n")
    shell.run("%mv_rollback v1 a --dry-run")
    assert "two.py differs from v1" in shell.said
    assert "three.py" not in shell.said
    shell.run("%mv_rollback v1 b --dry-run")
    assert "three.py differs from v1" in shell.said
    assert "two.py" not in shell.said
    shell.run("%mv_status")
    assert "three.py, two.py differ from v1" in shell.said


def test_links_and_files_in_the_way_are_not_followed(shell: Shell, another: Any, tmp_path: Path) -> None:
    put("pack/__init__.py", "class S: pass\n")
    shell.run("from pack import S; s = S()")
    shell.run("%mv_commit")
    Path("pack/__init__.py").unlink()
    Path("pack").rmdir()
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    Path("pack").symlink_to(outside)
    restart(tmp_path)
    with another() as later:
        error = later.fails("%mv_rollback v1 --yes --modules")
        assert isinstance(error, NotLoadable)
        assert "is a link" in error.message
    assert list(outside.iterdir()) == []


def test_a_purge_takes_modules_out_that_give_the_name_a_value_and_keeps_the_others(shell: Shell) -> None:
    put("feats.py", ONCE.replace("X", "people"))
    put("settings.py", "people = ['Erika Mustermann']\n")
    shell.run("from feats import S\nfrom settings import people\ns = S()")
    shell.run("%mv_commit")
    shell.run("%mv_purge people --yes")
    assert list(mv.open().modules("v1")) == ["feats.py"]
    assert mv.open().verify(full=True) == []


def test_field_06_a_bundle_takes_the_modules_along(
    shell: Shell, another: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    put("feats.py", "from helper import N\n" + HUNDRED.replace("100", "N"))
    put("lib/helper.py", "N = 100\n")
    shell.run("import sys; sys.path.append('lib')")
    shell.run("from feats import S\ns = S()")
    shell.run("%mv_commit")
    shell.run("%mv_export v1 -o b.nbmv.zip")
    with zipfile.ZipFile("b.nbmv.zip") as made:
        made.extractall("unzipped")
        assert "modules/lib/helper.py" in made.namelist()
    colleague = tmp_path_factory.mktemp("colleague")
    shutil.copy("b.nbmv.zip", colleague)
    sys.path.remove("lib")
    sys.path.remove(str(tmp_path))
    restart(tmp_path)
    with another(colleague) as later:
        later.run("%mv_import b.nbmv.zip")
        later.run("%mv_show v1")
        assert "lib/helper.py" in later.said
        assert isinstance(later.fails("%mv_rollback v1 --yes --modules"), NeedsTrust)
        assert not Path("feats.py").exists()
        assert "pip install" not in later.said
        later.run("%mv_trust v1")
        assert "%mv_rollback v1 --modules writes feats.py, lib/helper.py" in later.said
        error = later.fails("%mv_rollback v1 --yes")
        assert isinstance(error, NotLoadable)
        assert error.hint == "try: %mv_rollback v1 --modules"
        later.run("%mv_rollback v1 --yes --modules")
        assert later.run("s.transform(2)") == 200
        assert Path("lib/helper.py").read_text() == "N = 100\n"
        restart(colleague)
        sys.path[:] = [entry for entry in sys.path if "colleague" not in entry]
    with another(colleague) as again:
        again.run("%mv_rollback v1 --yes")
        assert again.run("s.transform(2)") == 200
        restart(colleague)


def test_the_notebook_of_a_bundle_finds_the_modules_in_any_kernel(shell: Shell) -> None:
    put("feats.py", ONCE)
    put("lib/pack/__init__.py", "from .inner import N\n")
    put("lib/pack/inner.py", "N = 7\n")
    shell.run("import sys; sys.path.append('lib')")
    shell.run("from feats import S\nfrom pack import N\ns = S()")
    shell.run("answer = s.transform(6) * N")
    shell.run("%mv_commit")
    shell.run("%mv_export v1 -o b.nbmv.zip")
    with zipfile.ZipFile("b.nbmv.zip") as made:
        made.extractall("unzipped")
    cells = json.loads(Path("unzipped/notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    script = "\n".join("".join(cell["source"]).replace("import sys; sys.path.append('lib')", "") for cell in cells)
    Path("unzipped/run.py").write_text(script + "\nprint(answer)", encoding="utf-8")
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    ran = subprocess.run(
        [sys.executable, "run.py"], cwd="unzipped", env=clean, check=True, capture_output=True, text=True
    )
    assert ran.stdout == "42\n"


def test_a_package_of_the_same_name_is_no_requirement_of_a_bundle(shell: Shell) -> None:
    put("yaml.py", "class S: pass\n")
    shell.run("import sys; sys.modules.pop('yaml', None)")
    shell.run("from yaml import S\ns = S()")
    shell.run("%mv_commit")
    shell.run("%mv_export v1 -o b.nbmv.zip")
    with zipfile.ZipFile("b.nbmv.zip") as made:
        assert "yaml" not in made.read("requirements.txt").decode().lower()


def test_nobody_is_told_to_install_a_module_that_is_only_found_while_it_runs(
    shell: Shell, another: Any, tmp_path: Path
) -> None:
    put("feats.py", "import importlib\nhelper = importlib.import_module('hel' + 'per')\n" + ONCE)
    put("helper.py", "N = 1\n")
    shell.run("from feats import S\ns = S()")
    shell.run("%mv_commit")
    Path("helper.py").unlink()
    restart(tmp_path)
    with another() as later:
        error = later.fails("%mv_rollback v1 --yes")
        assert isinstance(error, NotLoadable)
        assert error.hint == "try: %mv_rollback v1 --modules"
        with pytest.raises(NotLoadable) as raised:
            mv.open().load("v1")
        assert raised.value.hint == "try: %mv_rollback v1 --modules"
        assert mv.open().write_modules("v1").placed == ("helper.py",)
        assert mv.open().load("v1")["s"].transform(4) == 4


def test_a_script_is_warned_of_modules_and_keeps_those_beside_its_store(tmp_path: Path) -> None:
    put(str(tmp_path / "feats.py"), ONCE)
    feats: Any = importlib.import_module("feats")
    repo = mv.open(tmp_path, create=True)
    version = repo.commit({"s": feats.S()})
    assert repo.modules(version) == {"feats.py": ONCE}
    put(str(tmp_path / "feats.py"), HUNDRED)
    with pytest.warns(NotKept, match=r"feats\.py was changed after it was loaded"):
        repo.commit({"s": feats.S(), "x": 1})
    assert [s.title for s in repo.diff("v1", "v2").sections if s.id.startswith("modules")] == ["feats.py"]


def test_versions_without_modules_stay_as_they_were(shell: Shell) -> None:
    shell.run("x = 1")
    shell.run("%mv_commit")
    repo = mv.open()
    assert repo["v1"].definitions == ()
    assert repo.modules("v1") == {}
    assert repo.write_modules("v1").placed == ()
    shell.run("%mv_export v1 -o b.nbmv.zip")
    with zipfile.ZipFile("b.nbmv.zip") as made:
        assert "modules" not in json.loads(made.read("bundle.json"))
        assert not [n for n in made.namelist() if n.startswith("modules/")]


def test_what_has_to_be_known_of_a_module_is_shown_below_capture_and_of_an_automatic_commit(shell: Shell) -> None:
    put("feats.py", ONCE)
    shell.run("from feats import S\nx = 1")
    put("feats.py", HUNDRED)
    shell.run("%%capture\n%mv_commit")
    assert "feats.py was changed after it was loaded" in shell.said
    put("more.py", "def f(): return 1\n")
    shell.run("import more")
    put("more.py", "def f(): return 2\n")
    shell.run("%mv_auto on")
    assert "more.py was changed after it was loaded" in shell.said
