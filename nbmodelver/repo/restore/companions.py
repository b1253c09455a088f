"""Names that code needs which comes back alone: the constants, helpers and imports that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.repo.core.imports import bind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbmodelver.model import Group, Version
    from nbmodelver.repo.core.group_store import GroupStore
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


def names_needed(group_store: GroupStore, version: Version, groups: Iterable[Group]) -> set[str]:
    """Global names that functions in these groups refer to, and functions behind these names, and so on.

    Read from recipes; those of nbmodelver 0.1.0 do not say it.
    """
    found: set[str] = set()
    done: set[str] = set()
    queue = list(groups)
    while queue:
        group = queue.pop()
        if group.recipe in done:
            continue
        done.add(group.recipe)
        used = {
            name
            for part in with_definitions(group_store, version, group)
            for name in group_store.recipe(part).draft.names_used
        }
        queue += [version.group_of(name) for name in used - found if name in version.kept]
        found |= used
    return found


def with_definitions(group_store: GroupStore, version: Version, group: Group) -> list[Group]:
    """The group, and those of all definitions that it uses, directly or not."""
    by_key = {key: one for one in version.definitions for key in one.names}
    found = {group.recipe: group}
    queue = [group]
    while queue:
        for key in group_store.recipe(queue.pop()).draft.uses:
            one = by_key.get(key)
            if one is not None and one.recipe not in found:
                found[one.recipe] = one
                queue.append(one)
    return list(found.values())
