"""Loads what a commit would keep of some values."""

from __future__ import annotations

from typing import Any

from nbmodelver.codecs import graph


class Again:
    """One or more values, loaded from what a commit would keep of them."""

    def __init__(self, acts: bool = False, **values: Any) -> None:
        self.capture = graph.capture(values)
        assert not self.capture.skipped, self.capture.skipped
        self.loader = graph.Loader({}, lambda key: self.capture.defined[key])
        self.loader.acts = acts
        self.values: dict[str, Any] = {}
        for draft in self.capture.groups:
            self.values |= graph.decode(draft, self.loader)
        self.notes = [note for notes in self.capture.notes.values() for note in notes]
        self.load_notes = [note for _names, note in self.loader.load_notes]

    def __getattr__(self, name: str) -> Any:
        return self.values[name]


def refused(value: Any) -> str:
    """Why a value cannot be kept."""
    (skipped,) = graph.capture({"x": value}).skipped
    return skipped.reason
