"""A hook gets a document, has a limit, and leaves the end of its output and no process."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.repo.hooks.process import MARK, MOST_OUTPUT, HookRun, run

if TYPE_CHECKING:
    import pytest


def python(source: str, folder: Path, *, document: bytes = b"{}", limit_s: float = 60) -> HookRun:
    return run([sys.executable, "-c", source], document, folder=folder, limit_s=limit_s, verb="promote")


def test_the_document_arrives_and_the_status_decides(tmp_path: Path):
    source = "import json, sys; d = json.load(sys.stdin); print(d['why']); sys.exit(d['status'])"
    for status, outcome in ((0, "pass"), (3, "fail")):
        done = python(source, tmp_path, document=json.dumps({"why": "better", "status": status}).encode())
        assert (done.outcome, done.status, done.said) == (outcome, status, "better")


def test_it_runs_in_the_folder_with_a_mark_and_imports_nothing_from_there(tmp_path: Path):
    (tmp_path / "neighbour.py").write_text("print('imported')")
    source = f"import os\nprint(os.getcwd(), os.environ[{MARK!r}])\nimport neighbour"
    (tmp_path / "hook.py").write_text(source)
    done = run([sys.executable, "hook.py"], b"", folder=tmp_path, limit_s=60, verb="load")
    assert done.output.startswith(f"{tmp_path} load")
    assert done.said == "ModuleNotFoundError: No module named 'neighbour'"


def test_a_prepared_bytecode_file_does_not_replace_what_was_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = "import sys; sys.path.insert(0, 'checks'); import smoke; print(smoke.__cached__)"
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "smoke.py").write_text("")
    done = python(source, tmp_path)
    assert done.said.startswith(str(tmp_path / "cache")), done
    assert not (tmp_path / "checks" / "__pycache__").exists()


def test_only_the_end_of_the_output_is_kept_and_secrets_are_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OUR_API_KEY", "correct-horse-battery")
    source = (
        f"import os, sys; print('x' * {3 * MOST_OUTPUT}, flush=True); print(os.environ['OUR_API_KEY'], file=sys.stderr)"
    )
    done = python(source, tmp_path)
    assert (done.outcome, done.said, len(done.output) <= MOST_OUTPUT) == ("pass", "[secret]", True)


def test_a_document_that_nobody_reads_stops_nothing(tmp_path: Path):
    assert python("pass", tmp_path, document=b" " * 1_000_000).outcome == "pass"


def test_a_program_that_does_not_exist_fails(tmp_path: Path):
    done = run(["no-such-program-here"], b"", folder=tmp_path, limit_s=5, verb="load")
    assert (done.outcome, done.status) == ("fail", None)
    assert done.said.startswith("it cannot be started")


def test_the_process_group_is_killed_at_the_limit_and_at_the_end(tmp_path: Path):
    child = "import time; time.sleep(600)"
    start = f"p = subprocess.Popen([sys.executable, '-c', {child!r}])"
    source = f"import subprocess, sys; {start}; print(p.pid, flush=True)"
    for more, outcome in (("; p.wait()", "late"), ("", "pass")):
        done = python(source + more, tmp_path, limit_s=3 if outcome == "late" else 60)
        assert done.outcome == outcome
        _gone(int(done.said))


def _gone(pid: int) -> None:
    """Wait until a killed process is gone; a zombie that nobody reaps in a container counts."""
    for _ in range(600):
        try:
            os.kill(pid, 0)
            if ") Z " in Path(f"/proc/{pid}/stat").read_text():
                return
        except (ProcessLookupError, FileNotFoundError):
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} still runs")
