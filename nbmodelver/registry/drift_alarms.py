"""The outcome of a comparison with fresh data: the check "drift" of the version, and its open alarm.

The ref `drifts/VERSION` exists while there is drift. Its event has the sentence, so the alarm shows wherever the
findings of a version do, and gates read it as `alarms.open`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.registry.checks import MOST_MESSAGE
from nbmodelver.repo.core import states
from nbmodelver.repo.core.moves import EventDraft, Wanted

if TYPE_CHECKING:
    from nbmodelver.model import Json, Version
    from nbmodelver.model.events import Event
    from nbmodelver.repo.core.open_store import OpenStore

CHECK = "drift"
MOST_SOURCE = 500


def record(store: OpenStore, version: Version, name: str, source: str, failed: str) -> Event:
    """Write the outcome of a comparison. name: of the training set. source: of the fresh data.

    failed: the sentence of the alarm, "" if there is no drift, which closes an earlier alarm. Raises RefMoved,
    StoreError.
    """
    ref = f"{states.DRIFTS}{version.id}"
    before = store.moves.state(ref)
    data: dict[str, Json] = {"name": CHECK, "version": version.id, "outcome": "fail" if failed else "pass"}
    private = {"message": failed[:MOST_MESSAGE], "source": source[:MOST_SOURCE], "data": name}
    draft = EventDraft("check", f"checks/{version.id}", data=data, private=private)
    if failed:
        return store.moves.run(draft, [Wanted(ref, before, {"name": name})])
    return store.moves.run(draft, [Wanted(ref, before, None)]) if before is not None else store.moves.note(draft)
