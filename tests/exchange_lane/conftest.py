"""The clients of other systems. Without one its tests are not collected; `make test-exchange` brings them.

No client may reach the network: addresses of proxies that nobody serves, and no telemetry.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.environments import machine

if TYPE_CHECKING:
    from collections.abc import Callable

_NEEDS = {"test_dvc.py": machine.DVC, "test_gto.py": machine.DVC, "test_lfs.py": machine.GIT_LFS,
          "test_mlflow.py": machine.MLFLOW}  # fmt: skip
collect_ignore_glob = [name for name, tool in _NEEDS.items() if tool.path is None]
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def client(tmp_path: Path) -> Callable[..., str]:
    """Runs a command in a folder and returns what it prints; it fails if the command does."""
    home = tmp_path / "home"
    home.mkdir()
    folder = str(Path(machine.DVC.path).parent) if machine.DVC.path else ""
    env = {
        **os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "DVC_NO_ANALYTICS": "1", "CI": "1",
        "PATH": os.pathsep.join([folder, os.environ["PATH"]]), "GIT_CONFIG_NOSYSTEM": "1", "COLUMNS": "400",
        "http_proxy": NOWHERE, "https_proxy": NOWHERE, "DVC_GLOBAL_CONFIG_DIR": str(home),
        "DVC_SYSTEM_CONFIG_DIR": str(home), "DVC_SITE_CACHE_DIR": str(home / "site"),
    }  # fmt: skip

    def run(folder: Path, *command: str) -> str:
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    return run
