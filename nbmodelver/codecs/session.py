"""The state of the session besides the variables: random generators, some options, the working directory.

The part of each library is in its own file, as `take_session` and `restore_session`. A library that is not imported is
not imported for this.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
from typing import Any

LIBRARIES = ("numpy", "pandas", "torch", "matplotlib")
SEEDED = ("numpy", "torch")
"""Libraries with a global random generator."""
NAMES = {"python": "Python", "numpy": "NumPy", "pandas": "pandas", "torch": "PyTorch", "matplotlib": "Matplotlib"}
PATH_AT_START = tuple(sys.path)


def take() -> dict[str, Any]:
    """The state as plain data: "python", and one entry for each imported library."""
    state: dict[str, Any] = {
        "python": {
            "random": random.getstate(),
            "cwd": _working_directory(),
            "sys.path": added_paths(),
        }
    }
    for library in LIBRARIES:
        if library in sys.modules:
            state[library] = importlib.import_module(f"nbmodelver.codecs.{library}").take_session()
    return state


def seed(number: int) -> None:
    """Seed the global random generators of Python and of each imported library. number: 0 to 2**32 - 1."""
    random.seed(number)
    for library in SEEDED:
        if library in sys.modules:
            importlib.import_module(f"nbmodelver.codecs.{library}").seed_session(number)


def added_paths() -> list[str]:
    """The entries of `sys.path` that were added since this module was imported."""
    return [p for p in sys.path if p not in PATH_AT_START]


def restore(state: dict[str, Any], *, folder: bool = True) -> None:
    """Restore a state, as far as its libraries can be imported.

    folder: True also restores the working directory, if it exists. Entries of `sys.path` are added and never removed.
    """
    own = state["python"]
    random.setstate(own["random"])
    sys.path += missing_paths(state)
    if folder and own["cwd"] and os.path.isdir(own["cwd"]):
        os.chdir(own["cwd"])
    for library in LIBRARIES:
        if library in state:
            _restore_library(library, state[library])


def missing_paths(state: dict[str, Any]) -> list[str]:
    """The entries of `sys.path` in a state that this kernel does not have."""
    return [p for p in state["python"]["sys.path"] if type(p) is str and p not in sys.path]


def differences(then: dict[str, Any], now: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The display names of libraries whose random state differs, and of those whose options differ."""
    both = [key for key in NAMES if key in then and key in now]
    generators = [key for key in both if not _same(then[key].get("random"), now[key].get("random"))]
    options = [key for key in both if key != "python" and not _same(_options(then[key]), _options(now[key]))]
    return [NAMES[key] for key in generators], [NAMES[key] for key in options]


def _options(state: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key != "random"}


def _same(a: Any, b: Any) -> bool:
    """True for equal plain data and arrays."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(value, b[key]) for key, value in a.items())
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    if callable(getattr(a, "tobytes", None)) and callable(getattr(b, "tobytes", None)):
        return bool(a.tobytes() == b.tobytes())
    return bool(a == b)


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
