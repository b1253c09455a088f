"""Finds secrets that must not be stored: by the name of a variable, by a known format, or by the environment variables.

Searches strings and bytes in plain containers (dicts, lists, tuples, sets, dataclasses, namespaces), and texts such as
cell sources. Never runs code of the user.
"""

from __future__ import annotations

import os
import re
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMES = re.compile(
    r"(?i)(^|_|\b)(api_?key|access_?key|secret(_?key)?|private_?key|auth_?key|token|passw(or)?d|passphrase|credentials?)(s)?(_?\w{0,12})?$"
    r"|(?i:_key)$"
)
"""Names such as `api_key`, `HF_TOKEN`, `db_password`. The value must be a text to count as a secret."""

HARMLESS = re.compile(
    r"(?i)(sort|primary|foreign|dict|partition|group|join|merge|index|column|feature|target|hot|cache)_?keys?$|(max|num|n|stop|start|end|pad|bos|eos|unk|sep|mask|cls)_?tokens?(_?\w*)?$|tokens?_?(ids?|count|type\w*)$|tokeni[sz]er"
)  # one pattern

SHAPES: dict[str, re.Pattern[str]] = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}\b"),
    "a Hugging Face token": re.compile(r"\bhf_[A-Za-z0-9]{30,}\b"),
    "an OpenAI or Anthropic key": re.compile(r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}"),
    "a Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a Stripe key": re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}\b"),
    "an npm token": re.compile(r"\bnpm_[A-Za-z0-9]{36}\b"),
    "a PyPI token": re.compile(r"\bpypi-[A-Za-z0-9_-]{50,}"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "the address of a channel": re.compile(
        r"\bchannel\.[a-z0-9_-]{1,40}[\"']?[ \t,]{1,8}[\"']?[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s\"']{1,2000}"
    ),
    "the secret of a webhook": re.compile(r"\bwhsec_[A-Za-z0-9+/=]{20,}"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,100}:[^\s:/@]{3,100}@"),
}

MAX_NODES = 20_000
"""The number of objects searched in one value. Text columns of a DataFrame are data and are not searched."""

MAX_TEXT_CHARS = 2_000_000
LEAST_CHARS = 8
LEAST_PASSWORD_CHARS = 4
"""Users choose short passwords, but a short "token" is usually a word of a text."""

LEAST_VARIABLES = 6
HIDDEN = "[secret]"


@dataclass(frozen=True)
class FoundSecret:
    """A secret. path: its position in the value. what: the reason why it counts as a secret."""

    path: str
    what: str


class Searcher:
    """Searches for secrets. environment: the environment variables; None for those of the process."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    @cached_property
    def _values(self) -> dict[str, str]:
        """Value -> name of each environment variable whose name or format is that of a secret."""
        return {
            value: name
            for name, value in self._environment.items()
            if len(value) >= LEAST_CHARS and (is_secret_name(name) or shape_of(value))
        }

    @cached_property
    def of_environment(self) -> frozenset[str]:
        """The secret values of the environment. The result of `hidden` depends only on them and the text."""
        return frozenset(self._values)

    def in_value(self, name: str, value: Any) -> FoundSecret | None:
        """Return the first secret in a variable, or None. Searches at most MAX_NODES objects."""
        left = MAX_NODES
        seen: set[int] = set()
        queue = deque([(name, name, value)])
        while queue and left:
            path, key, at = queue.popleft()
            left -= 1
            if isinstance(at, (str, bytes)):
                what = self._of_text(key, at)
                if what:
                    return FoundSecret(path, what)
            elif id(at) not in seen:
                if type(at) is dict and self._is_environment(at):
                    return FoundSecret(path, "it is a copy of the environment variables")
                seen.add(id(at))
                queue.extend(islice(_members(path, at), max(left - len(queue), 0)))
        return None

    def _is_environment(self, value: dict[Any, Any]) -> bool:
        """Return True if most of the first entries, and at least LEAST_VARIABLES, are environment variables."""
        entries = list(islice(value.items(), 100))
        equal = sum(type(k) is str and type(v) is str and self._environment.get(k) == v for k, v in entries)
        return equal >= LEAST_VARIABLES and 2 * equal > len(entries)

    def _of_text(self, key: str, text: str | bytes) -> str:
        """Return the reason why a text is a secret, or "". key: the name of the variable or dict key that holds it."""
        if len(text) < least_chars(key):
            return ""
        plain = text if isinstance(text, str) else text[:MAX_TEXT_CHARS].decode("latin-1")
        reason = self.in_text(plain)
        if reason:
            return reason
        if is_secret_name(key) and not plain.isspace() and " " not in plain.strip():
            return f"'{key}' is the name of a secret"
        return ""

    def in_text(self, text: str) -> str:
        """Return the reason why a text contains a secret, "" if it contains none."""
        text = text[:MAX_TEXT_CHARS]
        for value, variable in self._values.items():
            if value in text:
                return f"it contains the value of the environment variable {variable}"
        shape = shape_of(text)
        return f"it looks like {shape}" if shape else ""

    def hidden(self, text: str) -> str:
        """Return the text with every secret replaced by "[secret]", also literals assigned to secret names."""
        for value in self._values:
            text = text.replace(value, HIDDEN)
        for pattern in SHAPES.values():
            text = pattern.sub(HIDDEN, text)
        return _ASSIGNED.sub(_hide_literal, text)

    def hidden_everywhere(self, document: Any) -> Any:
        """Return a copy of a JSON document with `hidden` applied to every text."""
        if isinstance(document, str):
            return self.hidden(document)
        if isinstance(document, list):
            return [self.hidden_everywhere(item) for item in document]
        if isinstance(document, dict):
            return {key: self.hidden_everywhere(item) for key, item in document.items()}
        return document


_ASSIGNED = re.compile(
    r"(?<![A-Za-z0-9_])(?P<before>(?P<name>[A-Za-z_]\w*)[\"']?\]?\s*[=:]\s*)(?P<quote>[\"'])(?P<text>[^\"'\n]{4,})(?P=quote)"
)


def _hide_literal(match: re.Match[str]) -> str:
    name, text = match["name"], match["text"]
    if not is_secret_name(name) or " " in text or len(text) < least_chars(name):
        return match[0]
    return f"{match['before']}{match['quote']}{HIDDEN}{match['quote']}"


def is_secret_name(name: str) -> bool:
    """Return True for names such as `api_key`, but not for names such as `sort_key` or `max_tokens`.

    >>> [is_secret_name(n) for n in ("OPENAI_API_KEY", "password", "sort_key", "max_tokens", "tokenizer")]
    [True, True, False, False, False]
    """
    return bool(NAMES.search(name)) and not HARMLESS.search(name)


def least_chars(name: str) -> int:
    """Return the minimum length of a secret with this name, in characters."""
    return LEAST_PASSWORD_CHARS if re.search("(?i)passw|passphrase", name) else LEAST_CHARS


def shape_of(text: str) -> str:
    """Return the kind of secret whose format occurs in a text, or ""."""
    return next((what for what, pattern in SHAPES.items() if pattern.search(text)), "")


def _members(path: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (path, name, member) for the members of a container; items of a list have the name ""."""
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            name = key if type(key) is str else ""
            yield f"{path}[{key!r}]" if type(key) in (str, int) else f"{path}[...]", name, item
    elif kind is list or kind is tuple or kind is set or kind is frozenset:
        for at, item in enumerate(value):
            yield f"{path}[{at}]", "", item  # Items do not inherit the name: `tokens = ["the", "cat"]` are words.
    elif _holds_settings(kind):
        yield from _attributes(path, value)


def _holds_settings(kind: type) -> bool:
    """Return True for namespaces, dataclasses and classes of the notebook. Runs no code of class or metaclass."""
    home = type.__dict__["__module__"].__get__(kind)
    if type(home) is str and home in ("types", "argparse", "__main__"):
        return True
    return any(
        "__dataclass_fields__" in type.__dict__["__dict__"].__get__(base)
        for base in type.__dict__["__mro__"].__get__(kind)
    )


def _attributes(path: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return
    if type(own) is dict:
        for name, item in own.items():
            yield f"{path}.{name}", str(name), item
