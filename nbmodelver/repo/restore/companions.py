"""Names that code needs which comes back alone: the constants, helpers and imports that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.repo.core.imports import bind
from nbmodelver.repo.restore.needed import names_needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.repo.restore.definition_loader import DefinitionLoader


def bring_companions(loading: DefinitionLoader, values: Mapping[str, Any]) -> None:
    """Add to the namespace of loaded functions what they refer to and what is missing there.

    values: what was loaded, by name; stays out of the namespace. Kept names come from the version; imports are imported
    if the version is trusted.
    """
    rollback, loader = loading.rollback, loading.loader
    version, scope = rollback.version, loader.namespace
    needed = names_needed(rollback.group_store, version, rollback.wanted) | loader.names_used
    while missing := [n for n in sorted(needed) if n in version.kept and n not in scope and n not in values]:
        found = rollback.group_store.load([version.group_of(missing[0])], loader)
        scope.update({name: value for name, value in found.items() if name not in scope and name not in values})
        needed |= loader.names_used
    if rollback.trusted:
        wanted = {n: where for n, where in version.imports.items() if n in needed and n not in scope}
        scope.update(bind(wanted)[0])
