"""A verb called as a Python function, such as `commit("df", metric={"acc": 0.9})`.

The arguments are checked by the same rules as the words of a magic line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import Parameter, Signature
from numbers import Real
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import UsageError
from nbmodelver.model import Version
from nbmodelver.verbs.names import ALLOWED
from nbmodelver.verbs.parse import Call, checked, find, pair_name, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.verbs.words import Argument, Verb


@dataclass(frozen=True)
class PythonValue:
    """A Python value passed where a magic line would contain an expression."""

    value: Any

    def __str__(self) -> str:
        return repr(self.value)


def signature(verb: Verb) -> Signature:
    """The signature of the verb as a function; options are keyword-only."""
    many = Parameter.VAR_POSITIONAL
    either = Parameter.POSITIONAL_OR_KEYWORD
    return Signature(
        [
            *(Parameter(a.name, many) if a.many else _parameter(verb, a, either) for a in verb.positionals),
            *(_parameter(verb, a, Parameter.KEYWORD_ONLY) for a in verb.options),
        ]
    )


def _parameter(verb: Verb, argument: Argument, kind: Any) -> Parameter:
    absent = checked(verb, argument, None) or None
    usual = argument.default if argument.default is not None else False if argument.type == "flag" else absent
    return Parameter(argument.name, kind, default=Parameter.empty if argument.required else usual)


def call_from_python(verb: Verb, words: Sequence[Any], options: Mapping[str, Any]) -> Call:
    """Check the arguments of a Python function call and return the `Call`.

    words: positional arguments. options: keyword arguments. Values are text, numbers, booleans, lists, dicts and
    versions. An argument that is an expression in a magic line takes the value itself. Raises UsageError.
    """
    placed = _placed(verb, words)
    inner = _of_wrapped(verb, placed, options)
    options = {name: value for name, value in options.items() if name not in inner}
    given = {**placed, **options}
    known = {a.name: a for a in verb.arguments}
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            there = f"use one of: {', '.join(known)}" if known else "call it without arguments"
            raise UsageError(f"{verb.name} has no argument '{name}'", f"did you mean {near[0]}?" if near else there)
        if name in options and name in placed:
            raise UsageError(f"{verb.name} got '{name}' twice", "pass it once")
    for argument in verb.arguments:
        value = given.get(argument.name)
        if argument.required and (value is None or (isinstance(value, (str, list, tuple)) and not value)):
            raise UsageError(f"{verb.name} needs '{argument.name}'", argument.help)
    found = {a.name: _value(verb, a, given.get(a.name)) for a in verb.arguments}
    if inner:
        wrapped, last = find(found[verb.positionals[0].name]), verb.positionals[-1].name
        found[last] = words_of(call_from_python(wrapped, found[last], inner))
    return Call(verb, found)


def _of_wrapped(verb: Verb, placed: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that are options of the verb that this one wraps."""
    chosen = {**options, **placed}.get(verb.positionals[0].name) if verb.wraps else None
    if chosen not in verb.wraps:
        return {}
    own, theirs = {a.name for a in verb.arguments}, {a.name for a in find(chosen).arguments}
    return {name: value for name, value in options.items() if name in theirs - own}


def _placed(verb: Verb, words: Sequence[Any]) -> dict[str, Any]:
    """Positional values by argument name. Raises UsageError for too many."""
    found: dict[str, Any] = {}
    for at, argument in enumerate(verb.positionals):
        if argument.many:
            return {**found, argument.name: words[at:]} if words[at:] else found
        if at < len(words):
            found[argument.name] = words[at]
    if len(words) > len(found):
        by_name = ", ".join(a.name for a in verb.options)
        hint = f"pass it by keyword; the keywords are: {by_name}" if by_name else "leave it out"
        raise UsageError(f"{verb.name} got an unexpected argument {words[len(found)]!r}", hint)
    return found


def _value(verb: Verb, argument: Argument, given: Any) -> Any:
    if argument.type == "flag":
        return _truth(verb, argument, False if given is None else given)
    if given is None:
        return argument.default if argument.default is not None else checked(verb, argument, None)
    if argument.type == "switch":
        return _truth(verb, argument, given)
    if argument.type == "pair":
        return _pairs(verb, argument, given)
    if argument.many:
        return checked(verb, argument, [_text(verb, argument, item) for item in _flat(given)])
    return checked(verb, argument, _text(verb, argument, given))


def _truth(verb: Verb, argument: Argument, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    pairs = get_close_matches(argument.name, [a.name for a in verb.options if a.type == "pair"], 1)
    hint = f"write {pairs[0]}={{...}}" if pairs and isinstance(given, Mapping) else f"pass True to {argument.help}"
    raise UsageError(f"{verb.name}: {argument.name} must be True or False, not a {type(given).__name__}", hint)


def _pairs(verb: Verb, argument: Argument, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        said = f"{verb.name}: {argument.name} must be a dict, not a {type(given).__name__}"
        raise UsageError(said, f"write {argument.name}={{'name': ...}}")
    names = {name: pair_name(argument, name) for name in given}
    for name, usual in names.items():
        if usual is None:
            said = f"{verb.name}: {name!r} is not a valid name for a {argument.name}"
            raise UsageError(said, f"use a valid name: {ALLOWED}")
    if "EXPR" in argument.shown:
        return {str(names[name]): PythonValue(value) for name, value in given.items()}
    found: dict[str, Any] = checked(verb, argument, [f"{n}={_text(verb, argument, v)}" for n, v in given.items()])
    return found


def _flat(given: Any) -> list[Any]:
    """The items of nested lists as one list; a single value is a list of one."""
    if isinstance(given, str) or not isinstance(given, (list, tuple, set, frozenset)):
        return [given]
    return [part for item in given for part in _flat(item)]


def _text(verb: Verb, argument: Argument, given: Any) -> str:
    """A string, path, number or version as the text of a magic line. Raises UsageError for other types."""
    given = getattr(given, "value", given) if isinstance(getattr(given, "value", None), Version) else given
    if isinstance(given, Version):
        return str(given.id)
    if isinstance(given, (str, os.PathLike)):
        return os.fspath(given)
    if not isinstance(given, bool) and isinstance(given, Real):
        return str(given)
    hint = f"write the variable's name in quotes: {verb.name}('df')" if argument.type == "name" else argument.help
    raise UsageError(f"{verb.name}: {argument.name} cannot be a {type(given).__name__}", hint)
