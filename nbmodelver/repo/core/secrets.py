"""Secrets that must not get into a store or a bundle: by the name of a variable, by known shapes, by the environment.

Looks at names, at strings and bytes inside plain containers (dicts, lists, tuples, sets, dataclasses, namespaces), and
at texts such as cell sources. Reads only; calls nothing of the user's.
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
"""Names like `api_key`, `HF_TOKEN`, `db_password`. A name alone is no secret: its value has to be a text."""

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
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,100}:[^\s:/@]{3,100}@"),
}

MAX_NODES = 20_000
"""Objects looked at in one value; a frame's text columns are data, not settings, and are not searched."""

MAX_TEXT_CHARS = 2_000_000
LEAST_CHARS = 8
LEAST_PASSWORD_CHARS = 4
"""People choose passwords; a short token is a word of a text."""

LEAST_VARIABLES = 6
HIDDEN = "[secret]"


@dataclass(frozen=True)
class FoundSecret:
    """A secret: where in the value, and what it looks like."""

    path: str
    what: str


class Searcher:
    """Looks for secrets, given the present environment."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    @cached_property
    def _values(self) -> dict[str, str]:
        """Values of environment variables that look like secrets by their names or shapes -> the variable's name."""
        return {
            value: name
            for name, value in self._environment.items()
            if len(value) >= LEAST_CHARS and (is_secret_name(name) or shape_of(value))
        }

    @cached_property
    def of_environment(self) -> frozenset[str]:
        """The texts of the environment that count as secrets: what `hidden` gives depends on them alone."""
        return frozenset(self._values)

    def in_value(self, name: str, value: Any) -> FoundSecret | None:
        """The first secret in a variable, or None."""
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

    def _is_environment(self, found: dict[Any, Any]) -> bool:
        """Whether most of these entries are variables of the environment, and not a few by chance."""
        some = list(islice(found.items(), 100))
        own = sum(type(k) is str and type(v) is str and self._environment.get(k) == v for k, v in some)
        return own >= LEAST_VARIABLES and 2 * own > len(some)

    def _of_text(self, key: str, text: str | bytes) -> str:
        if len(text) < least_chars(key):
            return ""
        plain = text if isinstance(text, str) else text[:MAX_TEXT_CHARS].decode("latin-1")
        found = self.in_text(plain)
        if found:
            return found
        if is_secret_name(key) and not plain.isspace() and " " not in plain.strip():
            return f"the name '{key}' says that it is one"
        return ""

    def in_text(self, text: str) -> str:
        """What a text contains: a shape, or a value of the environment; "" if nothing."""
        text = text[:MAX_TEXT_CHARS]
        for value, variable in self._values.items():
            if value in text:
                return f"it holds the value of the environment variable {variable}"
        shape = shape_of(text)
        return f"it looks like {shape}" if shape else ""

    def hidden(self, text: str) -> str:
        """The text with every secret replaced by "[secret]", literals assigned to secret names included."""
        for value in self._values:
            text = text.replace(value, HIDDEN)
        for pattern in SHAPES.values():
            text = pattern.sub(HIDDEN, text)
        return _ASSIGNED.sub(_hide_literal, text)

    def hidden_everywhere(self, document: Any) -> Any:
        """A JSON document with `hidden` applied to every text in it."""
        if isinstance(document, str):
            return self.hidden(document)
        if isinstance(document, list):
            return [self.hidden_everywhere(item) for item in document]
        if isinstance(document, dict):
            return {key: self.hidden_everywhere(item) for key, item in document.items()}
        return document


_ASSIGNED = re.compile(
    r"(?P<before>(?P<name>[A-Za-z_]\w*)[\"']?\]?\s*[=:]\s*)(?P<quote>[\"'])(?P<text>[^\"'\n]{4,})(?P=quote)"
)


def _hide_literal(match: re.Match[str]) -> str:
    name, text = match["name"], match["text"]
    if not is_secret_name(name) or " " in text or len(text) < least_chars(name):
        return match[0]
    return f"{match['before']}{match['quote']}{HIDDEN}{match['quote']}"


def is_secret_name(name: str) -> bool:
    """True for `api_key`, `HF_TOKEN`, `db_password`; False for `sort_key` or `max_tokens`.

    >>> [is_secret_name(n) for n in ("OPENAI_API_KEY", "password", "sort_key", "max_tokens", "tokenizer")]
    [True, True, False, False, False]
    """
    return bool(NAMES.search(name)) and not HARMLESS.search(name)


def least_chars(name: str) -> int:
    """How long a text of this name is when it may be a secret."""
    return LEAST_PASSWORD_CHARS if re.search("(?i)passw|passphrase", name) else LEAST_CHARS


def shape_of(text: str) -> str:
    """The known kind of secret that stands in a text, or ""."""
    return next((what for what, pattern in SHAPES.items() if pattern.search(text)), "")


def _members(path: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            name = key if type(key) is str else ""
            yield f"{path}[{key!r}]" if type(key) in (str, int) else f"{path}[...]", name, item
    elif kind is list or kind is tuple or kind is set or kind is frozenset:
        for at, item in enumerate(value):
            yield f"{path}[{at}]", "", item  # `tokens = ["the", "cat"]` are words.
    elif _holds_settings(kind):
        yield from _attributes(path, value)


def _holds_settings(kind: type) -> bool:
    """True for namespaces, dataclasses and classes of the notebook; asks neither the class nor its metaclass."""
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
