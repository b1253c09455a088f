"""An installer that fails names the package that is in the way."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbmodelver.bundle.rerun.installers import interpreter_for, reason, run
from nbmodelver.errors import RerunFailed

PIP = """\
ERROR: Could not find a version that satisfies the requirement numpy==0.0 (from versions: 1.3.0, 2.4.6)
ERROR: No matching distribution found for numpy==0.0
"""
UV = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of scikit-learn==0.0.1 and you require
      scikit-learn==0.0.1, we can conclude that your requirements are unsatisfiable.
"""
UV_PLATFORM = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because pywin32==311 has no wheels with a matching platform tag (e.g., `manylinux_2_36_x86_64`) and you
      require pywin32==311, we can conclude that your requirements are unsatisfiable.
"""
UV_UNKNOWN = """\
  ╰─▶ Because our-tools was not found in the package registry and you require our-tools==1.2, we can conclude
      that your requirements are unsatisfiable.
"""

PIP_HASH = """\
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions
    six==1.16.0 from file:///x/six-1.16.0-py2.py3-none-any.whl (from -r lock.txt (line 1)):
"""


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (PIP_HASH, "the file of six 1.16.0 has another hash than the lock of the bundle"),
        ("error: Failed to download `six==1.16.0`\n  cause: Hash mismatch for `six==1.16.0`\n",
         "the file of six 1.16.0 has another hash than the lock of the bundle"),
        (PIP, "no index that is set up here has numpy 0.0 for this platform and this Python"),
        (UV, "no index that is set up here has scikit-learn 0.0.1 for this platform and this Python"),
        (UV_PLATFORM, "pywin32 311 has no file for this platform or this Python"),
        (UV_UNKNOWN, "no index that is set up here has our-tools"),
        ("ERROR: torch-2.1.0-cp311-win_amd64.whl is not a supported wheel on this platform.",
         "torch 2.1.0 has no file for this platform or this Python"),
        ("  × Failed to build `lxml==4.9.1`", "lxml 4.9.1 has no built file for this platform, and building it failed"),
        ("error: error sending request: dns error", "no package index can be reached"),
        (f"WARNING: Retrying after NewConnectionError\n{PIP}", "no package index can be reached"),
        ("progress\nERROR: the disk is full", "ERROR: the disk is full"),
        ("one\ntwo", "one; two"),
    ],
)  # fmt: skip
def test_what_an_installer_prints_has_a_meaning(said: str, meaning: str) -> None:
    assert reason(said) == meaning


def test_a_failure_is_an_error_with_a_way_out() -> None:
    code = "import sys; print('progress'); sys.exit('ERROR: No matching distribution found for numpy==0.0')"
    with pytest.raises(RerunFailed, match=r"has numpy 0\.0") as caught:
        run([sys.executable, "-c", code])
    assert "--here" in caught.value.hint


def test_this_python_is_preferred() -> None:
    assert interpreter_for(f"{sys.version_info[0]}.{sys.version_info[1]}") == Path(sys.executable)
    assert interpreter_for("3.99") is None
