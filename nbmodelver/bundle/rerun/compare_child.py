"""The child process that compares values, in the environment of the version. It loads what the caller allowed.

Reads one request from stdin and writes one line of JSON: name -> [verdict, detail].
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.comparison.agreement import agreement
from nbmodelver.errors import NbmodelverError
from nbmodelver.repo import open_repo

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def main() -> None:
    """Answer one request. What the classes of the values print is dropped."""
    request = json.loads(sys.stdin.read())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    repos = [open_repo(Path(store), trusted=True) for store in request["stores"]]
    found = {name: compared(repos, request["versions"], name) for name in request["names"]}
    answers.write(json.dumps(found) + "\n")
    answers.flush()


def compared(repos: list[Repo], versions: list[str], name: str) -> tuple[str, str]:
    """Return how one name agrees in two versions. Values that cannot be loaded here cannot be compared."""
    try:
        one, other = (r.load(r[v], [name])[name] for r, v in zip(repos, versions, strict=True))
    except NbmodelverError as error:
        return "cannot tell", error.message
    except Exception as error:
        return "cannot tell", f"{type(error).__name__}: {error}"[:200]
    return agreement(one, other)


if __name__ == "__main__":
    main()
