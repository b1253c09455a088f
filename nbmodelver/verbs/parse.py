"""Parses a magic line or a shell's argument list into checked values.

It uses argparse but never exits, prints or expands abbreviations. Invalid input raises UsageError, whose hint names the
nearest valid input.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

from nbmodelver.errors import UsageError
from nbmodelver.verbs.definitions import VERBS
from nbmodelver.verbs.names import ALLOWED, label
from nbmodelver.verbs.split import split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.verbs.words import Argument, Verb


@dataclass(frozen=True)
class Call:
    """A verb with the values of its arguments by name. wants_help: -h was given, and nothing was checked."""

    verb: Verb
    values: Mapping[str, Any] = field(default_factory=dict)
    wants_help: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def find(name: str) -> Verb:
    """The verb of this name. Raises UsageError; its hint suggests the nearest name."""
    if name in VERBS:
        return VERBS[name]
    near = get_close_matches(name, VERBS, 1)
    raise UsageError(f"no verb {name!r}", f"did you mean {near[0]}?" if near else f"use one of: {', '.join(VERBS)}")


def parse(verb: Verb | str, line: str | Sequence[str]) -> Call:
    """Parse a magic line, or a shell's argument list.

    The values contain every argument of the verb: a list for `many`, a dict for pairs, and the default or None if the
    argument is missing. Raises UsageError.
    """
    verb = find(verb) if isinstance(verb, str) else verb
    words = split(line) if isinstance(line, str) else list(line)
    if _asks_for_help(verb, words):
        return Call(verb, wants_help=True)
    words, rest = _apart(verb, words)
    _refuse_unknown_options(verb, words)
    namespace = _Parser(verb).parse_intermixed_args(list(_joined(verb, words)))
    values = {a.name: checked(verb, a, getattr(namespace, a.name)) for a in verb.arguments}
    return Call(verb, {**values, **({verb.positionals[-1].name: rest} if verb.wraps else {})})


def _apart(verb: Verb, words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words of a verb itself, and those of the verb that it wraps; all of them and none for other verbs."""
    if not verb.wraps:
        return list(words), []
    own: list[str] = []
    rest: list[str] = []
    left = len(verb.positionals) - 1
    first = next((w for w in words if w in verb.wraps), "")
    flags, inner = _value_flags(verb), _value_flags(VERBS[first]) if first else {}
    spellings = {s for a in verb.options for s in a.spellings}
    at = iter(words)
    for word in at:
        if word == "--":
            rest += at
        elif word.partition("=")[0] in spellings:
            own += _with_value(word, flags, at)
        elif word[:1] == "-" and not _is_number(word):
            rest += _with_value(word, inner, at)
        elif left:
            own.append(word)
            left -= 1
        else:
            rest.append(word)
    return own, rest


def _with_value(word: str, flags: Mapping[str, Argument], after: Iterator[str]) -> list[str]:
    value = next(after, None) if word in flags else None
    return [word] if value is None else [word, value]


def words_of(call: Call) -> list[str]:
    """Return the words from which `parse` makes this call again, without arguments that have their default."""
    found: list[str] = []
    for a in call.verb.arguments:
        value = call[a.name]
        if value in (None, False, [], {}) or value == a.default:
            continue
        many = [f"{k}={v}" for k, v in value.items()] if a.type == "pair" else value if a.many else [value]
        for one in many:
            found += [a.flags[-1]] if a.type == "flag" else [a.flags[-1], str(one)] if a.flags else [str(one)]
    return found


class _Parser(argparse.ArgumentParser):
    """argparse that neither exits nor prints."""

    def __init__(self, verb: Verb) -> None:
        super().__init__(prog=verb.magic, add_help=False, allow_abbrev=False)
        self.verb = verb
        for argument in verb.arguments:
            self.add_argument(*(argument.flags or (argument.name,)), **_settings(argument))

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.verb.magic} {_explain(message)}", f"try: {usage(self.verb)}")


def _explain(message: str) -> str:
    """The error message of argparse, rewritten to follow the name of the verb."""
    for theirs, ours in (
        ("the following arguments are required: ", "needs "),
        ("unrecognized arguments: ", "takes no "),
    ):
        if message.startswith(theirs):
            return ours + message.removeprefix(theirs)
    return f"cannot read the line: {message}"


def _settings(argument: Argument) -> dict[str, Any]:
    settings: dict[str, Any] = {"default": argument.default}
    if argument.flags:
        settings["dest"] = argument.name
        settings["required"] = argument.required
    if argument.type == "flag":
        return settings | {"action": "store_true", "default": False}
    if argument.type == "switch":
        return settings | {"action": argparse.BooleanOptionalAction}
    if argument.flags:
        return settings | {"metavar": argument.shown} | ({"action": "append"} if argument.many else {})
    nargs = {(True, True): "+", (True, False): "*", (False, False): "?"}.get((argument.many, argument.required))
    return settings | ({"nargs": nargs} if nargs else {})


def _asks_for_help(verb: Verb, words: Sequence[str]) -> bool:
    values = {i + 1 for i, w in enumerate(words) if w in _value_flags(verb)}
    end = words.index("--") if "--" in words else len(words)
    return any(w in ("-h", "--help") and i not in values for i, w in enumerate(words[:end]))


def _value_flags(verb: Verb) -> dict[str, Argument]:
    return {flag: a for a in verb.options if a.takes_value for flag in a.flags}


def _joined(verb: Verb, words: Sequence[str]) -> Iterator[str]:
    """Yield the words with `-m VALUE` as `--message=VALUE`, so that a value may begin with a dash."""
    flags = _value_flags(verb)
    spellings = {s for a in verb.options for s in a.spellings}
    rest = iter(words)
    for word in rest:
        if word == "--":
            yield word
            yield from rest
        elif word not in flags:
            yield word
        else:
            value = next(rest, None)
            if value is None or value in spellings:
                raise UsageError(
                    f"{verb.magic}: {word} needs a value",
                    f"write {word} {flags[word].shown}: {flags[word].help}",
                )
            yield f"{flags[word].flags[-1]}={value}"


def _refuse_unknown_options(verb: Verb, words: Sequence[str]) -> None:
    spellings = [s for a in verb.options for s in a.spellings]
    value_flags = _value_flags(verb)
    previous = ""
    for word in words:
        if word == "--":
            return
        option = word.split("=", 1)[0]
        is_value = previous in value_flags and word not in spellings
        looks_like_one = len(word) > 1 and word[0] == "-" and not _is_number(word)
        if looks_like_one and not is_value and not _known(option, spellings):
            near = get_close_matches(option, spellings, 1, 0.5)
            hint = f"use one of: {', '.join(spellings)}" if spellings else "leave it out"
            offered = f"did you mean {near[0]}?" if near else hint
            raise UsageError(f"{verb.magic} has no option {option}", offered)
        previous = "" if is_value else word


def _known(option: str, spellings: Sequence[str]) -> bool:
    if option in spellings:
        return True
    return not option.startswith("--") and option[:2] in spellings  # -mtext, -an


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


OPERATORS = frozenset(["+", "-", "*", "/", "//", "%", "**", "@", "<", ">", "<=", ">=", "==", "!=", "&", "|", "^"])


def checked(verb: Verb, argument: Argument, got: Any) -> Any:
    """The value converted to the type of the argument. Raises UsageError if it is invalid."""
    if argument.type == "pair":
        return _pairs(verb, argument, got or ())
    if argument.many:
        return [_one(verb, argument, item) for item in (got or ())]
    return got if got is None or got is argument.default else _one(verb, argument, got)


IN_USUAL_FORM = frozenset({"name", "branch", "tag", "version", "versions", "a", "b", "where", "text", "best"})
"""Names of arguments whose values are normalized to Unicode form NFC."""


def _one(verb: Verb, argument: Argument, got: Any) -> Any:
    where = argument.flags[-1] if argument.flags else argument.name
    if argument.choices and got not in argument.choices:
        raise _bad_choice(verb, where, got, argument.choices)
    if argument.type == "name":
        got = unicodedata.normalize("NFKC", got)  # As Python reads a name in a cell.
    elif argument.name in IN_USUAL_FORM:
        got = unicodedata.normalize("NFC", got)
    if argument.type == "name" and not got.isidentifier():
        raise UsageError(f"{verb.magic}: {got!r} is not the name of a variable", _only_names(verb, got))
    if argument.type in ("int", "number"):
        return _number(verb, argument, where, got)
    return got


def _only_names(verb: Verb, got: str) -> str:
    """The hint for a word that is not a variable name; it depends on what the word looks like."""
    names = got.replace(",", " ").split()
    if names and all(name.isidentifier() for name in names):
        return f"separate names with spaces, not commas: {' '.join(names)}"
    if got in OPERATORS and "metric" in {a.name for a in verb.arguments}:
        return 'put quotes around an expression: --metric "acc=1 - loss"'
    whole = re.match(r"[^\W\d]\w*(?=[.\[(])", got)
    if whole:
        return f"name the whole variable: {whole[0]}"
    if "=" in got and got.partition("=")[0].isidentifier() and "param" in {a.name for a in verb.arguments}:
        return f"write --param {got} for a parameter, or --metric {got} for a metric"
    return "write names of variables, separated by spaces"


def _number(verb: Verb, argument: Argument, where: str, got: str) -> int | float:
    low, high = argument.minimum, argument.maximum
    bounds = [f"at least {low:g}" if low is not None else "", f"at most {high:g}" if high is not None else ""]
    wanted = " ".join(["a whole number" if argument.type == "int" else "a number", " and ".join(filter(None, bounds))])
    refusal = UsageError(f"{verb.magic}: {where} cannot be {got!r}", f"give {wanted.strip()}")
    try:
        value = (
            int(got) if argument.type == "int" else float(got.removesuffix("%") if argument.metavar == "PCT" else got)
        )
    except ValueError:
        raise refusal from None
    if value != value or (low is not None and value < low) or (high is not None and value > high):  # noqa: PLR0124 (NaN)
        raise refusal
    return value


def _pairs(verb: Verb, argument: Argument, got: Sequence[str]) -> dict[str, str]:
    flag = argument.flags[-1]
    pairs: dict[str, str] = {}
    for item in got:
        left, equals, right = item.partition("=")
        left, right = left.strip(), right.strip()
        name = pair_name(argument, left)
        if not (equals and right and left):
            raise UsageError(f"{verb.magic}: {flag} {item!r} is not {argument.shown}", f"write {flag} {argument.shown}")
        if name is None:
            said = f"{verb.magic}: {left!r} is not a valid name for a {argument.name}"
            raise UsageError(said, f"use a valid name: {ALLOWED}")
        if name in pairs:
            raise UsageError(f"{verb.magic}: {flag} sets {name!r} twice", "set it once")
        if argument.choices and right not in argument.choices:
            raise _bad_choice(verb, f"{flag} {name}", right, argument.choices)
        pairs[name] = right
    return pairs


def pair_name(argument: Argument, given: object) -> str | None:
    """The left side of a pair in normal form, or None if it is invalid. A METRIC may carry a direction: "fid:lower"."""
    if argument.shown.startswith("METRIC") and isinstance(given, str):
        name, colon, direction = given.partition(":")
        known = label(name.strip())
        return known and (f"{known}:{direction.strip()}" if colon else known)
    return label(given)


def _bad_choice(verb: Verb, where: str, got: str, choices: Sequence[str]) -> UsageError:
    near = get_close_matches(got, choices, 1)
    hint = f"did you mean {near[0]}?" if near else f"choose one of: {', '.join(choices)}"
    return UsageError(f"{verb.magic}: {where} cannot be {got!r}", hint)


def usage(verb: Verb, *, command: bool = False) -> str:
    """The usage line of the verb: "%mv_show [version] [names ...]"."""
    words = [f"nbmodelver {verb.name}" if command else verb.magic]
    for a in verb.positionals:
        word = f"{a.shown} ..." if a.many else a.shown
        words.append(word if a.required else f"[{word}]")
    for a in verb.options:
        word = (
            f"{a.flags[0]} {a.shown}" if a.takes_value else "|".join(a.spellings if a.type == "switch" else a.flags[:1])
        )
        words.append(word if a.required else f"[{word}]")
    return " ".join(words)
