"""A result with its view: HTML in a notebook, text in a terminal, and the value itself for code."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from nbmodelver.views.html import to_html
from nbmodelver.views.text import to_text

if TYPE_CHECKING:
    from nbmodelver.views.blocks import Document

WIDEST = 140


class Shown:
    """A value with its view. Attributes, items, length and iteration are those of `value`.

    warnings: the part of the view that must be displayed even if the output of the cell is captured.
    """

    def __init__(self, document: Document, value: Any = None, warnings: Document | None = None) -> None:
        self.document = document
        self.value = value
        self.warnings = warnings

    def __str__(self) -> str:
        return to_text(self.document, min(shutil.get_terminal_size((100, 24)).columns, WIDEST))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return to_html(self.document)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print the text without quotes, for IPython in a terminal."""
        del cycle
        printer.text(str(self))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ("value", "document", "warnings"):
            raise AttributeError(name)
        return getattr(self.value, name)

    def __getitem__(self, key: Any) -> Any:
        return self.value[key]

    def __iter__(self) -> Any:
        return iter(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)
