"""All verbs of nbmodelver, as the data behind magics, functions, command line, help and docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.verbs.definitions.automation import CI, MONITOR, SCHEDULE
from nbmodelver.verbs.definitions.causes import BISECT, PROBE, WHY
from nbmodelver.verbs.definitions.history import COMPARE, DIFF, LOG, PANEL, SHOW, STATS
from nbmodelver.verbs.definitions.maintenance import BACKUP, CONFIG, FORGET, GC, PURGE, REPAIR, VERIFY
from nbmodelver.verbs.definitions.provenance import BEST, BLAME, HISTORY
from nbmodelver.verbs.definitions.recording import AUTO, COMMIT, INIT, STATUS
from nbmodelver.verbs.definitions.refs import BRANCH, NOTE, TAG
from nbmodelver.verbs.definitions.registry import REGISTRY_VERBS
from nbmodelver.verbs.definitions.remotes import CLONE, FETCH, GIT, PULL, PUSH, REMOTE
from nbmodelver.verbs.definitions.restoring import CHERRY, MERGE, REDO, ROLLBACK, SWITCH, UNDO
from nbmodelver.verbs.definitions.sharing import BUNDLE, EXPORT, IMPORT, RERUN, TRUST

if TYPE_CHECKING:
    from nbmodelver.verbs.words import Verb

VERBS: dict[str, Verb] = {
    v.name: v
    for v in (
        INIT, COMMIT, AUTO, STATUS, LOG, SHOW, DIFF, WHY, BISECT, COMPARE, BEST, HISTORY, BLAME, PANEL, ROLLBACK,
        UNDO, REDO, TAG, NOTE, BRANCH, SWITCH, MERGE, CHERRY, EXPORT, IMPORT, BUNDLE, RERUN, TRUST,
        REMOTE, PUSH, FETCH, PULL, CLONE, GIT,
        *REGISTRY_VERBS, MONITOR, CI, PURGE, FORGET, PROBE, VERIFY, REPAIR, GC, STATS, BACKUP, SCHEDULE, CONFIG,
    )
}  # fmt: skip
"""Name -> verb, in the order of the help."""
