"""The session's own state beside the variables: random generators, a few options, the working directory.

Each library's part is in its own file, as `take_session` and `restore_session`; a library that is not loaded is not
loaded for it.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
from typing import Any

LIBRARIES = ("numpy", "pandas", "torch")
_PATH_AT_START = tuple(sys.path)


def take() -> dict[str, Any]:
    """The state as plain data: "python", and one entry for each library that is loaded."""
    state: dict[str, Any] = {
        "python": {
            "random": random.getstate(),
            "cwd": _working_directory(),
            "sys.path": [p for p in sys.path if p not in _PATH_AT_START],
        }
    }
    for library in LIBRARIES:
        if library in sys.modules:
            state[library] = importlib.import_module(f"nbmodelver.codecs.{library}").take_session()
    return state


def restore(state: dict[str, Any]) -> None:
    """Put a state back, as far as its libraries can be imported; the working directory if it still exists."""
    own = state["python"]
    random.setstate(own["random"])
    sys.path += [p for p in own["sys.path"] if p not in sys.path]
    if own["cwd"] and os.path.isdir(own["cwd"]):
        os.chdir(own["cwd"])
    for library in LIBRARIES:
        if library in state:
            _restore_library(library, state[library])


def _restore_library(library: str, state: dict[str, Any]) -> None:
    try:
        module = importlib.import_module(f"nbmodelver.codecs.{library}")
    except ImportError:
        return
    module.restore_session(state)


def _working_directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""
