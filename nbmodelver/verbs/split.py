"""Splits the line of a magic into words, like a shell, but keeps Python expressions together.

The line is not expanded before. A space inside brackets does not split, so `--metric acc=model.score(X, y)` is two
words. Quotes group characters and are removed as in a shell; inside brackets and after NAME= they belong to a Python
expression and are kept. A backslash is an ordinary character (Windows paths) unless a quote or a space follows it. A
comment ("#" at the start of a word) and a final ";" are dropped, as in Python, unless they are in quotes or brackets.
"""

from __future__ import annotations

import re

from nbmodelver.errors import UsageError

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = frozenset(OPENING.values())
STARTS_EXPRESSION = re.compile(r"(?:--[\w-]+=)?[^\W\d][^\s='\"(\[{]*=$")
END = re.compile(r";[\s;]*(?:\s#.*)?\Z", re.DOTALL)
ESCAPABLE = frozenset("'\" ")


def split(line: str) -> list[str]:
    """The words of a line. Raises UsageError for an unclosed quote or bracket."""
    return _Splitter(line).words()


class _Splitter:
    """One pass over a line, left to right."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.at = 0

    def words(self) -> list[str]:
        found = []
        while self._skip_space() and not self._is_over():
            found.append(self._word())
        return found

    def _is_over(self) -> bool:
        """True if only a comment or a final ";" is left."""
        return self.line[self.at] == "#" or bool(END.match(self.line, self.at))

    def _skip_space(self) -> bool:
        while self.at < len(self.line) and self.line[self.at].isspace():
            self.at += 1
        return self.at < len(self.line)

    def _word(self) -> str:
        word = ""
        while self.at < len(self.line) and not self.line[self.at].isspace() and not END.match(self.line, self.at):
            word += self._piece(word)
        return word

    def _piece(self, word: str) -> str:
        char = self.line[self.at]
        if char in "'\"":
            text = self._quoted()
            return text if STARTS_EXPRESSION.match(word) else _unquote(text)
        if char in OPENING:
            return self._bracketed()
        if char == "\\" and self.line[self.at + 1 : self.at + 2] in ESCAPABLE and self.at + 1 < len(self.line):
            self.at += 2
            return self.line[self.at - 1]
        self.at += 1
        return char

    def _quoted(self) -> str:
        """The text from the current quote to the closing one, both included."""
        start, quote = self.at, self.line[self.at]
        self.at += 1
        while self.at < len(self.line):
            if self.line[self.at] == "\\" and self.at + 1 < len(self.line):
                self.at += 2
                continue
            self.at += 1
            if self.line[self.at - 1] == quote:
                return self.line[start : self.at]
        other = "'" if quote == '"' else '"'
        raise UsageError(
            f"the quote {quote} in column {start + 1} is not closed: {_excerpt(self.line, start)}",
            f"close it, or put {other} around a text that contains a {quote}",
        )

    def _bracketed(self) -> str:
        """The text from the current bracket to the closing one, with quotes and inner brackets unchanged."""
        start = self.at
        waiting = [OPENING[self.line[start]]]
        self.at += 1
        while self.at < len(self.line) and waiting:
            char = self.line[self.at]
            if char in "'\"":
                self._quoted()
                continue
            if char in OPENING:
                waiting.append(OPENING[char])
            elif char in CLOSING and char == waiting[-1]:
                waiting.pop()
            self.at += 1
        if waiting:
            raise UsageError(
                f"the bracket {self.line[start]} in column {start + 1} is not closed: {_excerpt(self.line, start)}",
                "close it, or put quotes around the text",
            )
        return self.line[start : self.at]


def _unquote(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(f"\\{quote}", quote)


def _excerpt(line: str, start: int) -> str:
    rest = line[start : start + 30]
    return rest + ("…" if len(line) > start + 30 else "")
