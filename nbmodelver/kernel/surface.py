"""The output of a progress bar: an updatable display in a notebook, a line in a terminal."""

from __future__ import annotations

from typing import Any

from nbmodelver import views


def surface_for(shell: Any) -> views.Surface:
    """Return the surface for a shell."""
    return NotebookSurface() if getattr(shell, "kernel", None) is not None else views.Terminal()


class NotebookSurface:
    """One output of a cell that is updated in place and cleared at the end."""

    def __init__(self) -> None:
        self._handle: Any = None

    def draw(self, text: str, html: str) -> None:
        """Show the bar in place of the previous one."""
        from IPython.display import display

        bundle = {"text/plain": text, "text/html": html}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def clear(self) -> None:
        """Clear the output."""
        if self._handle is not None:
            self._handle.update({"text/plain": "", "text/html": ""}, raw=True)
            self._handle = None
