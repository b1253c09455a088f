"""`%mv_status;`: a semicolon right behind a magic's name, which IPython takes for a part of the name, is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.inputtransformer2 import TokenTransformBase

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "mv_"


class SemicolonBehindName(TokenTransformBase):  # type: ignore[misc]  # IPython has no types here
    """Finds `%mv_NAME;` where IPython finds a magic: at the beginning of a line, and behind `x =`. Never in a text."""

    priority = 1
    """Before IPython's own transformers, which come at 10 and 5 of the same place."""

    @classmethod
    def find(cls, tokens_by_line: Sequence[Sequence[Any]]) -> SemicolonBehindName | None:
        """The first of them in a cell's tokens, or None."""
        for line in tokens_by_line:
            for sign, name, end in zip(line, line[1:], line[2:], strict=False):
                at_magic = (sign.string, end.string) == ("%", ";") and name.string.startswith(PREFIX)
                before = [t.string for t in line if t.end <= sign.start and t.string.strip()]
                if at_magic and before[-1:] in ([], ["="]):
                    return cls(sign.start, end.start[1])
        return None

    def __init__(self, start: tuple[int, int], semicolon: int) -> None:
        """start: of the magic, as IPython orders transformers by it. semicolon: its column."""
        super().__init__(start)
        self.semicolon = semicolon

    def transform(self, lines: list[str]) -> list[str]:
        """The lines with a space in place of the semicolon."""
        line = lines[self.start_line]
        changed = f"{line[: self.semicolon]} {line[self.semicolon + 1 :]}"
        return [*lines[: self.start_line], changed, *lines[self.start_line + 1 :]]


def install(shell: Any) -> None:
    """Let a shell read its cells so."""
    shell.input_transformer_manager.token_transformers.append(SemicolonBehindName)


def remove(shell: Any) -> None:
    """Take `install` back."""
    found = shell.input_transformer_manager.token_transformers
    if SemicolonBehindName in found:
        found.remove(SemicolonBehindName)
