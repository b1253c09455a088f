"""The files that cells read are part of the next version, as they were read; files that cells wrote are not."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver.kernel import file_reads
from nbmodelver.kernel.file_reads import FileReads, recorded_path
from tests.shells import Shell, new_shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.repo import Repo


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    folder = tmp_path / "project" / "notebooks"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    with new_shell(folder, monkeypatch) as made:
        made.run("from pathlib import Path")
        yield made


def repo_of() -> Repo:
    return mv.open(Path(".nbmodelver"))


def inputs(shell: Shell) -> dict[str, tuple[bool, str]]:
    """Commit, and return path -> (whether the content is kept, the reason if it is not)."""
    shell.run("%mv_commit --all")
    version = repo_of()["HEAD"]
    return {i.path: (i.is_kept, i.reason) for i in version.inputs}


def test_a_file_that_a_cell_reads_is_stored_with_its_content(shell: Shell) -> None:
    Path("data").mkdir()
    Path("data/train.csv").write_text("a,b\n1,2\n")
    shell.run("import pandas as pd\ndf = pd.read_csv('data/train.csv')")
    assert inputs(shell) == {"data/train.csv": (True, "")}
    repo = repo_of()
    assert bytes(repo.parts.get(repo["HEAD"].inputs[0].digest)) == b"a,b\n1,2\n"


def test_a_later_version_still_names_the_file(shell: Shell) -> None:
    Path("a.txt").write_text("1")
    shell.run("a = Path('a.txt').read_text()")
    inputs(shell)
    shell.run("b = 2")
    assert inputs(shell) == {"a.txt": (True, "")}


def test_a_path_above_the_notebook_is_relative(shell: Shell) -> None:
    Path("../up.json").write_text("{}")
    shell.run("import json; up = json.loads(Path('../up.json').read_text())")
    assert list(inputs(shell)) == ["../up.json"]


def test_a_file_that_a_cell_wrote_is_no_input(shell: Shell) -> None:
    shell.run("Path('out.txt').write_text('x')\nback = Path('out.txt').read_text()")
    assert inputs(shell) == {}


def test_a_file_that_a_cell_reads_and_then_overwrites_is_named_without_content(shell: Shell) -> None:
    Path("a.txt").write_text("old")
    shell.run("a = Path('a.txt').read_text()\nPath('a.txt').write_text('new')")
    assert inputs(shell) == {"a.txt": (False, file_reads.OVERWRITTEN)}


def test_a_file_that_changed_after_it_was_read_is_named_without_content(shell: Shell) -> None:
    Path("a.txt").write_text("old")
    shell.run("a = Path('a.txt').read_text()")
    Path("a.txt").write_text("newer")
    assert inputs(shell) == {"a.txt": (False, "it was changed after a cell read it")}


def test_a_file_that_was_removed_after_it_was_read_is_named(shell: Shell) -> None:
    Path("a.txt").write_text("old")
    shell.run("a = Path('a.txt').read_text()")
    Path("a.txt").unlink()
    assert inputs(shell) == {"a.txt": (False, "it was removed after a cell read it")}


def test_a_file_that_a_library_opens_without_an_event_is_found_by_its_name(shell: Shell) -> None:
    polars = pytest.importorskip("polars")
    polars.DataFrame({"a": [1]}).write_parquet("t.parquet")
    shell.run("import polars as pl\nt = pl.scan_parquet('t.parquet').collect()")
    assert inputs(shell) == {"t.parquet": (True, "")}


def test_a_named_file_that_the_cell_made_is_no_input(shell: Shell) -> None:
    polars = pytest.importorskip("polars")
    polars.DataFrame({"a": [1]}).write_parquet("t.parquet")
    shell.run("import polars as pl\npl.DataFrame({'a': [2]}).write_parquet('t.parquet'); x = 1")
    assert inputs(shell) == {}


def test_a_database_is_an_input(shell: Shell) -> None:
    with sqlite3.connect("x.db") as made:
        made.execute("create table t (a int)")
    made.close()
    shell.run("import sqlite3\nc = sqlite3.connect('x.db')\nn = c.execute('select 1 from t').fetchone(); c.close()")
    assert "x.db" in inputs(shell)


def test_secrets_modules_and_files_of_packages_are_not_stored(shell: Shell) -> None:
    Path(".env").write_text("TOKEN=abcdefghijkl")
    Path("key.txt").write_text("AKIA" + "ABCDEFGHIJKLMNOP")
    Path("helper_of_reads.py").write_text("value = 1\n")
    shell.run("import sys; sys.path.insert(0, '')\nimport helper_of_reads, sklearn.datasets")
    shell.run(
        "iris = sklearn.datasets.load_iris().target\n"
        "a = Path('.env').read_text()[:2]; b = Path('key.txt').read_text()[:2]"
    )
    found = inputs(shell)
    assert found.keys() == {".env", "key.txt"}
    assert not any(kept for kept, _ in found.values())
    assert all(not i.digest for i in repo_of()["HEAD"].inputs), "the hash of a secret could be guessed"


def test_a_large_file_is_recorded_by_its_hash(shell: Shell) -> None:
    shell.run("%mv_init\n%mv_config input_files_mb 0.001")
    Path("a.bin").write_bytes(b"x" * 2000)
    shell.run("a = Path('a.bin').read_bytes()[:3]")
    kept, reason = inputs(shell)["a.bin"]
    assert not kept
    assert "input_files_mb" in reason
    repo = repo_of()
    assert repo["HEAD"].inputs[0].digest == repo.parts.identify([memoryview(b"x" * 2000)])[0]


def test_an_unchanged_file_is_not_read_again(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.txt").write_text("1")
    shell.run("a = Path('a.txt').read_text()")
    first = inputs(shell)
    monkeypatch.setattr("nbmodelver.repo.commit.input_files._hashed", None)
    monkeypatch.setattr("nbmodelver.repo.commit.input_files.InputFiles._read", None)
    shell.run("b = Path('a.txt').read_text()")
    assert inputs(shell) == first


def test_cells_before_the_extension_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("arr.npy", np.arange(3))
    with new_shell(tmp_path, monkeypatch) as shell:
        shell.run("%unload_ext nbmodelver")
        shell.run("import numpy as np\narr = np.load('arr.npy')")
        shell.run("%load_ext nbmodelver")
        assert inputs(shell) == {"arr.npy": (True, "")}


def test_what_the_verbs_read_is_no_input(shell: Shell) -> None:
    shell.run("a = 1")
    inputs(shell)
    shell.run("%mv_export v1 -o x.nbmv.zip\n%mv_verify --full\n%mv_import x.nbmv.zip")
    shell.run("b = 2")
    assert inputs(shell) == {}


def test_a_commit_in_the_background_has_them_too(shell: Shell) -> None:
    Path("a.txt").write_text("1")
    pending = shell.run("a = Path('a.txt').read_text()\n%mv_commit --background").value
    assert [i.path for i in pending.result().inputs] == ["a.txt"]


def test_after_a_failed_commit_in_the_background_the_next_one_has_them(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.txt").write_text("1")
    shell.run("%mv_init\na = Path('a.txt').read_text()")
    with monkeypatch.context() as patch:
        patch.setattr("nbmodelver.repo.commit.commit.Commit.write", lambda *_args, **_more: 1 / 0)
        pending = shell.run("%mv_commit --background").value
        with pytest.raises(ZeroDivisionError):
            pending.result()
    assert inputs(shell) == {"a.txt": (True, "")}


def test_a_process_whose_hook_is_called_first_for_a_module_does_not_wait_for_itself(tmp_path: Path) -> None:
    """The hook once asked `tempfile` for its folder while `tempfile` opened a file: the process never went on."""
    code = """if True:
        import nbmodelver.kernel.file_reads as reads
        watch = reads.FileReads()
        reads.start(watch)
        watch.pre_run(None)
        import pandas, tempfile
        tempfile.gettempdir()
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=tmp_path)


def test_an_error_in_the_watch_does_not_reach_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = FileReads()
    monkeypatch.setattr(reads, "opened", lambda *_: 1 / 0)
    file_reads.start(reads)
    reads.pre_run(None)
    (tmp_path / "a").write_text("1")
    assert (tmp_path / "a").read_text() == "1"
    file_reads.stop(reads)


def test_a_file_elsewhere_has_a_path_from_the_home_folder_or_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "nb"
    assert recorded_path(str(folder / "a.csv"), folder) == "a.csv"
    assert recorded_path(str(tmp_path / "home" / "other" / "a.csv"), folder) == "~/other/a.csv"
    assert recorded_path(str(tmp_path / "home" / "a.csv"), folder, is_relative=True) == "../a.csv"
    far = tmp_path / "data" / "a.csv"
    assert recorded_path(str(far), folder) == far.as_posix()


def test_a_link_is_recorded_by_the_path_that_cells_use(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "big.csv").write_text("a\n1\n")
    os.symlink(tmp_path / "big.csv", "link.csv")
    shell.run("a = Path('link.csv').read_text()")
    assert inputs(shell) == {"link.csv": (True, "")}


def test_a_purged_variable_takes_the_content_of_the_files_along(shell: Shell) -> None:
    pd.DataFrame({"person": ["a secret person"]}).to_csv("people.csv")
    shell.run("import pandas as pd\ndf = pd.read_csv('people.csv'); n = 1")
    inputs(shell)
    shell.run("%mv_purge df --yes")
    (file,) = repo_of()["v1"].inputs
    assert (file.is_kept, file.reason) == (False, "its content was purged")
    assert all(b"a secret person" not in p.read_bytes() for p in Path(".nbmodelver").rglob("*") if p.is_file())


def test_a_file_alone_can_be_purged(shell: Shell) -> None:
    Path("a.json").write_text(json.dumps({"k": 1}))
    shell.run("import json; a = json.loads(Path('a.json').read_text())")
    inputs(shell)
    shell.run("%mv_purge --file a.json --yes")
    assert repo_of()["v1"].inputs == ()


def test_the_version_and_the_diff_show_the_files(shell: Shell) -> None:
    Path("a.txt").write_text("1")
    shell.run("a = Path('a.txt').read_text()\n%mv_commit")
    Path("a.txt").write_text("22")
    shell.run("a = Path('a.txt').read_text()\n%mv_commit")
    shell.run("%mv_show v1")
    assert "a.txt" in shell.said
    shell.run("%mv_diff v1 v2")
    assert "Input files" in shell.said
    assert "2 bytes" in shell.said
