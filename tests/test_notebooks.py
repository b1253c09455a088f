"""The notebooks run from top to bottom, as `make demo` runs them, and leave what they say they leave."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest

import nbmodelver as mv
from nbmodelver.cli import main

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
VERBS = (
    ["log"], ["log", "--where", "metrics.acc > 0.92"], ["log", "--text", "forest"], ["show", "best"],
    ["diff", "v1", "v3"], ["compare", "v1", "v3"], ["tag"], ["branch"], ["status"], ["verify", "--full"], ["config"],
)  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the quickstart ran in, and what `make demo` prints."""
    folder = tmp_path_factory.mktemp("demo")
    run = [sys.executable, ROOT / "notebooks" / "run.py", ROOT / "notebooks" / "quickstart.ipynb", folder]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


@pytest.mark.slow
@pytest.mark.kernel
def test_the_demo_tells_the_whole_story(demo) -> None:
    folder, said = demo
    for number in range(1, 6):
        assert f"\n    v{number} · " in said
    assert "Rolled back to v3" in said
    assert "predictions equal the committed ones: True" in said
    assert "the same predictions in a fresh kernel: True" in said
    assert f"A bundle: {folder / 'best.nbmv.zip'}" in said


@pytest.mark.slow
@pytest.mark.kernel
def test_the_store_that_the_quickstart_leaves_is_whole(demo, monkeypatch, capsys) -> None:
    folder, _ = demo
    for store, versions in ((folder / ".nbmodelver", 7), (folder / "second" / ".nbmodelver", 1)):
        repo = mv.open(store)
        assert repo.verify(full=True) == []
        assert len(repo.log()) == versions
    monkeypatch.setenv("NBMODELVER_STORE", str(folder / ".nbmodelver"))
    assert main(["verify", "--full"]) == 0
    assert "no problems" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.kernel
def test_d8_without_the_catalogue_every_verb_prints_the_same(demo, monkeypatch, capsys) -> None:
    store = demo[0] / ".nbmodelver"
    monkeypatch.setenv("NBMODELVER_STORE", str(store))
    with_it = [printed(verb, capsys) for verb in VERBS]
    catalogue = [f for f in store.rglob("*") if f.is_file() and is_tinydb(f)]
    assert catalogue
    for file in catalogue:
        file.unlink()
    assert [printed(verb, capsys) for verb in VERBS] == with_it


@pytest.mark.slow
@pytest.mark.kernel
@pytest.mark.parametrize("path", [n for n in NOTEBOOKS if n.stem != "quickstart"], ids=lambda p: p.stem)
def test_a_tutorial_runs_from_top_to_bottom_and_its_outputs_can_be_saved(path: Path) -> None:
    with TemporaryDirectory() as short:  # a long path would be cut in the outputs
        folder = Path(short).resolve()
        run = [sys.executable, ROOT / "notebooks" / "run.py", path, folder / "run", "--save", folder / "saved.ipynb"]
        done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=500)
        assert done.returncode == 0, done.stdout + done.stderr
        saved = (folder / "saved.ipynb").read_text("utf-8")
    assert str(folder) not in saved
    assert "~/study/.nbmodelver" in saved


@pytest.mark.kernel
def test_a_line_that_arrives_in_pieces_is_printed_as_one(tmp_path) -> None:
    cell = 'import sys\nfor piece in ("equal:", " True\\n"):\n    sys.stdout.write(piece)\n    sys.stdout.flush()'
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nbformat.write(notebook, tmp_path / "pieces.ipynb")
    run = [sys.executable, ROOT / "notebooks" / "run.py", tmp_path / "pieces.ipynb", tmp_path / "demo"]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=500)
    assert "    equal: True\n" in done.stdout


def printed(verb: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(verb) == 0
    return capsys.readouterr().out


def is_tinydb(file: Path) -> bool:
    return file.parent.name == "catalogue"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_a_notebook_in_the_repository_carries_no_output_and_fixed_ids(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    nbformat.validate(notebook)
    for cell in notebook["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert not cell["metadata"]
    assert notebook["metadata"].keys() <= {"kernelspec", "language_info"}


def test_the_repository_holds_no_store() -> None:
    assert not list((ROOT / "notebooks").glob("**/.nbmodelver"))
