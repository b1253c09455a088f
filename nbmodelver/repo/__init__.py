"""The use cases: the one place where codecs, kinds, store and catalogue meet. Works in a script without IPython.

`repo.py` wires the rooms: `core/` has what all of them need, `commit/`, `restore/`, `inspect/`, `maintain/` and
`transfer/` have one use case each and know only `core/`.
"""

from nbmodelver.catalogue.queries import Query
from nbmodelver.repo.commit.commit import Surroundings
from nbmodelver.repo.core.labels import Labels
from nbmodelver.repo.maintain.retention import Retention
from nbmodelver.repo.repo import Repo, open_repo

__all__ = ["Labels", "Query", "Repo", "Retention", "Surroundings", "open_repo"]
