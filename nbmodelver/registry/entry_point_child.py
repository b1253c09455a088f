"""The child process of `entry_points`: reads a request from stdin, calls one function, and writes one line of JSON."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from nbmodelver.model import VersionId
from nbmodelver.repo import Repo
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.overlay import Overlay


def main() -> None:
    """Answer one request. What the function prints is dropped."""
    request = json.loads(sys.stdin.read())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    passed, said = judged(request)
    answers.write(json.dumps({"passed": passed, "said": said}) + "\n")
    answers.flush()


def judged(request: dict[str, str]) -> tuple[bool, str]:
    """Return whether the gate passes, and what it said: its text, or class and message of its exception."""
    try:
        module, _, name = request["call"].partition(":")
        function: Any = getattr(import_module(module), name)
        repo = Repo(Overlay(LocalBackend(Path(request["store"]))))
        result = function(repo, repo.history.version(VersionId(request["version"])))
    except BaseException as error:  # SystemExit of a gate is a failed gate too.
        return False, f"{type(error).__name__}: {str(error).splitlines()[-1] if str(error) else ''}".rstrip(": ")
    if isinstance(result, str):
        return False, result
    return result is None or result is True, "" if result is None or result is True else f"it returned {result!r}"


if __name__ == "__main__":
    main()
