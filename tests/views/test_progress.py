"""The progress bar comes late, keeps to one line and leaves nothing behind."""

from __future__ import annotations

import io
import itertools

import pytest

from nbmodelver.views import Bar, Terminal
from nbmodelver.views.progress import drawn


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True

    def visible(self):
        """What is left on the line after all the overwriting."""
        line = ""
        for piece in self.getvalue().split("\r"):
            line = piece + line[len(piece) :]
        return line.rstrip()


def test_short_work_draws_nothing(monkeypatch):
    monkeypatch.setattr("nbmodelver.views.progress.time.monotonic", itertools.count(0.0, 0.001).__next__)
    screen = Screen()
    with Bar(Terminal(screen)) as progress:
        for i in range(100):
            progress(i, 100, "packing")
    assert screen.getvalue() == ""


def test_long_work_draws_and_leaves_nothing_behind(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    screen = Screen()
    with Bar(Terminal(screen), after_s=0) as progress:
        progress(50_000_000, 100_000_000, "writing parts")
        assert "writing parts" in screen.visible()
        assert "50%  50 MB of 100 MB" in screen.visible()
    assert screen.visible() == ""
    progress(1, 2, "too late")
    assert screen.visible() == ""


def test_an_interrupt_goes_through_and_the_line_is_clean():
    screen = Screen()

    def interrupted():
        with Bar(Terminal(screen), after_s=0) as progress:
            progress(1, 2, "x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert screen.visible() == ""


def test_a_stream_that_is_no_terminal_gets_nothing():
    stream = io.StringIO()
    with Bar(Terminal(stream), after_s=0) as progress:
        progress(1, 2, "x")
    assert stream.getvalue() == ""


def test_an_unknown_total_shows_the_time():
    assert "3.0 s" in drawn(5, 0, "waiting", 3.0)[0]
    assert "3 of 7" in drawn(3, 7, "versions", 1.0)[0]
