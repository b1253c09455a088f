"""Removes a semicolon directly after the name of a magic (`%mv_status;`), which IPython takes for part of the name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.inputtransformer2 import TokenTransformBase

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "mv_"


class SemicolonBehindName(TokenTransformBase):  # type: ignore[misc]  # IPython has no types here
    """Finds `%mv_NAME;` where IPython accepts a magic: at the start of a line and after `x =`. Ignores strings."""

    priority = 1
    """Runs before IPython's own transformers, which have the priorities 5 and 10."""

    @classmethod
    def find(cls, tokens_by_line: Sequence[Sequence[Any]]) -> SemicolonBehindName | None:
        """Return a transformer for the first occurrence in the tokens of a cell, or None."""
        for line in tokens_by_line:
            for sign, name, end in zip(line, line[1:], line[2:], strict=False):
                at_magic = (sign.string, end.string) == ("%", ";") and name.string.startswith(PREFIX)
                before = [t.string for t in line if t.end <= sign.start and t.string.strip()]
                if at_magic and before[-1:] in ([], ["="]):
                    return cls(sign.start, end.start[1])
        return None

    def __init__(self, start: tuple[int, int], semicolon: int) -> None:
        """start: (line, column) of the magic, by which IPython orders transformers. semicolon: its column."""
        super().__init__(start)
        self.semicolon = semicolon

    def transform(self, lines: list[str]) -> list[str]:
        """Return the lines with a space in place of the semicolon."""
        line = lines[self.start_line]
        changed = f"{line[: self.semicolon]} {line[self.semicolon + 1 :]}"
        return [*lines[: self.start_line], changed, *lines[self.start_line + 1 :]]


def install(shell: Any) -> None:
    """Add the transformer to a shell."""
    shell.input_transformer_manager.token_transformers.append(SemicolonBehindName)


def remove(shell: Any) -> None:
    """Remove the transformer from a shell."""
    transformers = shell.input_transformer_manager.token_transformers
    if SemicolonBehindName in transformers:
        transformers.remove(SemicolonBehindName)
