"""The use cases of a store, the only place where codecs, kinds, store and catalogue meet. Needs no IPython.

`core/` contains the shared code. `commit/`, `restore/`, `inspect/`, `maintain/` and `transfer/` contain the use cases
and import only `core/`. `repo.py` connects them.
"""

import warnings
from typing import Any

from nbmodelver.catalogue.queries import Query
from nbmodelver.repo.commit.context import CommitContext
from nbmodelver.repo.core.labels import Labels
from nbmodelver.repo.inspect.stats import Stats, StatsRow
from nbmodelver.repo.maintain.backup import BackedUp
from nbmodelver.repo.maintain.forget import Forgetting
from nbmodelver.repo.maintain.purge import Purged
from nbmodelver.repo.maintain.repair import Repair
from nbmodelver.repo.maintain.retention import Retention
from nbmodelver.repo.repo import Repo, open_repo

__all__ = [
    "BackedUp",
    "CommitContext",
    "Forgetting",
    "Labels",
    "Purged",
    "Query",
    "Repair",
    "Repo",
    "Retention",
    "Stats",
    "StatsRow",
    "open_repo",
]


def __getattr__(name: str) -> Any:
    """Return the new object for a name from before 0.1.0, with a DeprecationWarning."""
    if name == "Surroundings":
        warnings.warn("Surroundings is now CommitContext; 0.2 removes the old name", DeprecationWarning, stacklevel=2)
        return CommitContext
    raise AttributeError(f"module 'nbmodelver.repo' has no attribute {name!r}")
