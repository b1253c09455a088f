"""A run has limits of its own, and says what it needs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbmodelver.bundle.rerun import running
from nbmodelver.bundle.rerun.folders import new_folders, prepare
from nbmodelver.bundle.rerun.planning import planned
from nbmodelver.bundle.rerun.running import RunLimits, require_runner, run
from nbmodelver.errors import RerunFailed, UsageError
from tests.bundle.rerun.samples import committed


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    require_runner()
    monkeypatch.setattr(running, "NEEDED", ("nbclient", "absent_package"))
    with pytest.raises(UsageError, match="needs absent_package") as caught:
        require_runner()
    assert "nbmodelver[kernel]" in caught.value.hint


@pytest.mark.kernel
def test_a_kernel_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    repo, version = committed(tmp_path / "store", "x = 1")
    plan = planned(repo, version, here=True, folder=None)
    with pytest.raises(RerunFailed, match="did not start"):
        run(plan, Path("/bin/false"), new_folders(plan, tmp_path, 1), RunLimits(limit_s=60), lambda _at, _of: None)


@pytest.mark.kernel
@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are those of Linux")
def test_a_kernel_that_takes_too_much_memory_is_named(tmp_path: Path) -> None:
    source = "import os\nx = bytearray(2_000_000_000 if 'IPYTHONDIR' in os.environ else 1)"
    repo, version = committed(tmp_path / "store", source)
    plan = planned(repo, version, here=True, folder=None)
    folders = new_folders(plan, tmp_path, 1)
    prepare(repo, plan, folders)
    done = run(plan, Path(sys.executable), folders, RunLimits(memory_bytes=1 << 30), lambda _at, _of: None)
    assert done.ended == "cell 1 raised MemoryError: "
