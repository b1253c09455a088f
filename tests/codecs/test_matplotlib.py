"""matplotlib: a commit leaves no trace in a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.repo import open_repo

pytest.importorskip("matplotlib")

if TYPE_CHECKING:
    from pathlib import Path


def test_a_figure_is_not_changed_by_its_own_commit(tmp_path: Path) -> None:
    """Its registry of callbacks counts how often it was pickled: every figure was "changed" for ever."""
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot().plot([1, 2], [3, 4])
    repo = open_repo(tmp_path, create=True)
    version = repo.commit({"figure": figure})
    assert repo.plan(version, live={"figure": figure}).named("stays") == ("figure",)
    figure.axes[0].set_title("another")
    assert repo.plan(version, live={"figure": figure}).named("changes") == ("figure",)
    first, second = (figure.canvas.callbacks.connect("draw_event", f) for f in (print, repr))
    assert first != second
