"""The classes that define a verb: its name, its arguments and its help, as data.

Magics, the command line, `?`, `--help` and docs/verbs are made from them. This module neither parses nor runs anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ArgumentType = Literal["text", "name", "int", "number", "flag", "switch", "pair"]
"""text: any string. name: the name of a variable. flag: present or not. switch: --x, --no-x, or neither (None).
pair: NAME=SOMETHING, collected into a dict. int and number: bounded by `minimum` and `maximum`."""

Default = None | bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True)
class Argument:
    """One argument of a verb: an option if it has flags, otherwise positional.

    name: the key of the parsed value. many: a list (positional) or repeatable (option).
    choices: the allowed values; for a pair, the allowed right sides.
    """

    name: str
    help: str
    flags: tuple[str, ...] = ()
    type: ArgumentType = "text"
    default: Default = None
    required: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    metavar: str = ""
    minimum: float | None = None
    maximum: float | None = None

    @property
    def takes_value(self) -> bool:
        """True for an option that is followed by a value."""
        return bool(self.flags) and self.type not in ("flag", "switch")

    @property
    def shown(self) -> str:
        """The placeholder in help texts: "NAME=EXPR", "version"."""
        return self.metavar or (self.name.upper() if self.flags else self.name)

    @property
    def spellings(self) -> tuple[str, ...]:
        """All spellings of the option, including the negative form of a switch."""
        if self.type != "switch":
            return self.flags
        return (*self.flags, *(f"--no-{f[2:]}" for f in self.flags if f.startswith("--")))


@dataclass(frozen=True)
class Example:
    """The line after the verb, and what it does: ("v3 df", "restore one name")."""

    line: str
    does: str


@dataclass(frozen=True)
class Verb:
    """One operation of nbmodelver.

    kernel: True if it acts on live variables; the command line then does not offer it.
    cell: True if there is a `%%` form too. gives: a description of the Python object that the call returns.
    wraps: names of verbs; the first argument chooses one of them, and what this verb does not take itself is collected
    into its last positional argument, for the chosen verb.
    """

    name: str
    summary: str
    description: str
    examples: tuple[Example, ...]
    arguments: tuple[Argument, ...] = ()
    kernel: bool = False
    cell: bool = False
    gives: str = ""
    wraps: tuple[str, ...] = ()

    @property
    def magic(self) -> str:
        """The name of the magic, with its percent sign."""
        return f"%mv_{self.name}"

    @property
    def positionals(self) -> tuple[Argument, ...]:
        """The arguments without flags, in order."""
        return tuple(a for a in self.arguments if not a.flags)

    @property
    def options(self) -> tuple[Argument, ...]:
        """The arguments with flags, in order."""
        return tuple(a for a in self.arguments if a.flags)
