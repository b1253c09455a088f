"""The use cases: the one place where codecs, kinds, store and catalogue meet. Works in a script without IPython.

`repo.py` wires the rooms: `core/` has what all of them need, `commit/`, `restore/`, `inspect/`, `maintain/` and
`transfer/` have one use case each and know only `core/`.
"""

import warnings
from typing import Any

from nbmodelver.catalogue.queries import Query
from nbmodelver.repo.commit.context import CommitContext
from nbmodelver.repo.core.labels import Labels
from nbmodelver.repo.maintain.retention import Retention
from nbmodelver.repo.repo import Repo, open_repo

__all__ = ["CommitContext", "Labels", "Query", "Repo", "Retention", "open_repo"]


def __getattr__(name: str) -> Any:
    """Names of before 0.1.0 that still work, with a DeprecationWarning."""
    if name == "Surroundings":
        warnings.warn("Surroundings is now CommitContext", DeprecationWarning, stacklevel=2)
        return CommitContext
    raise AttributeError(f"module 'nbmodelver.repo' has no attribute {name!r}")
