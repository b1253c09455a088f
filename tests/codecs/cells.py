"""Runs texts as cells of a notebook, and loads what they made as another Python would."""

from __future__ import annotations

import itertools
import linecache
from typing import Any

from nbmodelver.codecs import graph

_numbers = itertools.count(1)


def run(text: str, namespace: dict[str, Any] | None = None) -> dict[str, Any]:
    """The namespace after a cell of this text."""
    scope = {"__name__": "__main__"} if namespace is None else namespace
    file = f"<cell {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec", dont_inherit=True), scope)
    return scope


def kept(namespace: dict[str, Any], *names: str) -> graph.Capture:
    """The capture of these names."""
    return graph.capture({name: namespace[name] for name in names}, namespace)


def skeletons(capture: graph.Capture) -> dict[str, bytes]:
    """Name or key -> the pickle of its group."""
    return {name: draft.skeleton for draft in (*capture.groups, *capture.definitions) for name in draft.names}


def loaded(capture: graph.Capture, namespace: dict[str, Any] | None = None) -> dict[str, Any]:
    """Everything that a capture holds, loaded into a namespace of its own."""
    scope: dict[str, Any] = {"__name__": "__main__"} if namespace is None else namespace
    drafts = {key: draft for draft in capture.definitions for key in draft.names}
    made: dict[str, Any] = {}

    def find(key: str) -> Any:
        if key not in made:
            made.update(graph.decode(drafts[key], loader))
        return made[key]

    loader = graph.Loader(scope, find)
    for draft in capture.groups:
        scope.update(graph.decode(draft, loader))
    return scope
