"""The names that functions of a version refer to, and the definitions that a group uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Group, Version
    from nbmodelver.repo.core.group_store import GroupStore


def names_needed(group_store: GroupStore, version: Version, groups: Iterable[Group]) -> set[str]:
    """Return the global names that functions in these groups refer to, directly or through other functions.

    The names are read from the recipes. Recipes of nbmodelver 0.1.0 do not contain them.
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
    """Return the group and the groups of all definitions that it uses, directly or indirectly."""
    by_key = {key: definition for definition in version.definitions for key in definition.names}
    found = {group.recipe: group}
    queue = [group]
    while queue:
        for key in group_store.recipe(queue.pop()).draft.uses:
            definition = by_key.get(key)
            if definition is not None and definition.recipe not in found:
                found[definition.recipe] = definition
                queue.append(definition)
    return list(found.values())
