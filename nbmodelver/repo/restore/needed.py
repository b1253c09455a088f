"""What code of a version needs: names that its functions refer to, and the definitions that a group uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Group, Version
    from nbmodelver.repo.core.group_store import GroupStore


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
