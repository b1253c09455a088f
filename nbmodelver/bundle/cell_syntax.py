"""The Python of a cell: what is left without lines of IPython and of the shell."""

from __future__ import annotations

import ast


def syntax_tree(source: str) -> ast.Module:
    """Return the syntax tree of a cell without lines that begin with `%`, `!` or `?`; an empty one for invalid code."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
