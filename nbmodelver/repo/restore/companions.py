"""The constants, helper functions and imports that restored functions refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.repo.core.imports import bind
from nbmodelver.repo.restore.needed import names_needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.repo.restore.definition_loader import DefinitionLoader


def bring_companions(loading: DefinitionLoader, values: Mapping[str, Any]) -> None:
    """Add the missing names that loaded functions refer to, to the namespace of these functions.

    values: the loaded values by name; they are not added. Stored names are loaded from the version. Imports run only if
    the version is trusted. Raises Damaged, NotLoadable, NeedsTrust.
    """
    rollback, loader = loading.rollback, loading.loader
    version, scope = rollback.version, loader.namespace
    needed = names_needed(rollback.group_store, version, rollback.selected_groups) | loader.names_used
    while missing := [n for n in sorted(needed) if n in version.kept and n not in scope and n not in values]:
        loaded = rollback.group_store.load([version.group_of(missing[0])], loader)
        scope.update({name: value for name, value in loaded.items() if name not in scope and name not in values})
        needed |= loader.names_used
    if rollback.trusted:
        imports = {n: source for n, source in version.imports.items() if n in needed and n not in scope}
        scope.update(bind(imports)[0])
