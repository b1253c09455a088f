"""The place of a progress bar."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from nbmodelver import views
from nbmodelver.kernel.surface import NotebookSurface, surface_for


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is displayed and updated."""
    heard: list[Any] = []

    class Handle:
        def update(self, bundle: Any, raw: bool) -> None:
            heard.append(("update", bundle, raw))

    def display(bundle: Any, **how: Any) -> Handle:
        heard.append(("display", bundle, how))
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    return heard


def test_a_kernel_has_an_output_and_a_terminal_a_line() -> None:
    assert isinstance(surface_for(SimpleNamespace(kernel=object())), NotebookSurface)
    assert isinstance(surface_for(SimpleNamespace(kernel=None)), views.Terminal)
    assert isinstance(surface_for(SimpleNamespace()), views.Terminal)


def test_one_output_is_updated_in_place_and_cleared(shown: list[Any]) -> None:
    surface = NotebookSurface()
    surface.draw("1", "<p>1")
    surface.draw("2", "<p>2")
    surface.clear()
    surface.clear()
    assert [(what, bundle["text/plain"], bundle["text/html"]) for what, bundle, _ in shown] == [
        ("display", "1", "<p>1"), ("update", "2", "<p>2"), ("update", "", ""),
    ]  # fmt: skip
    surface.draw("3", "<p>3")
    assert shown[-1][0] == "display", "the next operation has an output of its own"


def test_nothing_is_shown_if_nothing_was_drawn(shown: list[Any]) -> None:
    NotebookSurface().clear()
    assert shown == []
