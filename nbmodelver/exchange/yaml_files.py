"""Reads YAML of other systems: plain data, of a limited size, and without aliases, which can grow without limit."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged, MissingLibrary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_BYTES = 4 << 20
_TYPES_1_2 = (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", (r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)"
     r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), "-+.0123456789"),
)  # fmt: skip
"""The types of plain texts in YAML 1.2: 1e-3 is a number, and "yes" and 1:30 are texts."""


def read_yaml(file: Path) -> Any:
    """Return the content of a YAML file. Raises Damaged if it is missing or invalid, MissingLibrary without PyYAML."""
    try:
        with file.open("rb") as source:
            data = source.read(MOST_BYTES + 1)
    except OSError as error:
        raise Damaged(f"'{file}' cannot be read: {error.strerror}", "check the folder") from error
    return parse_yaml(data, str(file))


def parse_yaml(data: bytes, where: str) -> Any:
    """Return the content of YAML. where: names it in errors. Raises Damaged, MissingLibrary without PyYAML.

    JSON is YAML too, and needs no PyYAML.
    """
    if data.lstrip()[:1] == b"{" and len(data) <= MOST_BYTES:
        with suppress(ValueError, RecursionError):
            return json.loads(data)
    return _parsed(data, where, lambda loader: loader)


def parse_yaml_1_2(data: bytes, where: str) -> Any:
    """Return the content of YAML 1.2, as DVC reads it. Raises Damaged, MissingLibrary without PyYAML."""
    return _parsed(data, where, _with_types_of_1_2)


def _parsed(data: bytes, where: str, adapted: Callable[[Any], Any]) -> Any:
    try:
        import yaml
    except ImportError as error:
        raise MissingLibrary(f"{where} needs PyYAML, which is not installed", "pip install pyyaml") from error
    if len(data) > MOST_BYTES:
        raise Damaged(f"'{where}' is larger than {MOST_BYTES >> 20} MB", "check whether it is the right file")
    loader = adapted(getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(data, Loader=loader)):
            raise Damaged(f"'{where}' has aliases, which are not read", "write it without '&' and '*'")
        return yaml.load(data, Loader=loader)  # noqa: S506  # a safe loader
    except (yaml.YAMLError, ValueError, RecursionError, UnicodeError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Damaged(f"'{where}' is no valid YAML: {first}", "check the file") from error


def _with_types_of_1_2(loader: Any) -> Any:
    """Return a loader whose plain texts have the types of YAML 1.2."""
    made: Any = type("_Loader12", (loader,), {"yaml_implicit_resolvers": {}})
    for name, pattern, first in _TYPES_1_2:
        starts = ["" if sign == "\0" else sign for sign in first]
        made.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"(?:{pattern})$"), starts)
    made.add_constructor("tag:yaml.org,2002:int", _int)
    return made


def _int(loader: Any, node: Any) -> int:
    text = loader.construct_scalar(node)
    return int(text, 16 if text.startswith("0x") else 10)
