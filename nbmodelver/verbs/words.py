"""What a verb is: its name, its arguments and its help, as data.

Magics, the command line, `?`, `--help` and docs/verbs are all drawn from these. Nothing here parses or runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ArgumentType = Literal["text", "name", "int", "number", "flag", "switch", "pair"]
"""text: any string. name: a variable's name. flag: given or not. switch: --x, --no-x, or neither (None).
pair: NAME=SOMETHING, collected into a dict. int and number: at least `minimum`, at most `maximum`."""

Default = None | bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True)
class Argument:
    """One argument of a verb: positional without flags, an option with them.

    name: the key under which the parsed value is found. many: a list (positional) or repeatable (option).
    choices: the allowed values; of a pair, the allowed right sides.
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
        """The placeholder for people: "NAME=EXPR", "version"."""
        return self.metavar or (self.name.upper() if self.flags else self.name)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way to write the option, the negative form of a switch included."""
        if self.type != "switch":
            return self.flags
        return (*self.flags, *(f"--no-{f[2:]}" for f in self.flags if f.startswith("--")))


@dataclass(frozen=True)
class Example:
    """A line as it follows the verb, and what it does: ("v3 df", "bring back one name")."""

    line: str
    does: str


@dataclass(frozen=True)
class Verb:
    """Something that nbmodelver can be asked to do.

    kernel: True when it acts on live variables, so that the command line does not offer it.
    cell: True when there is a `%%` form too. gives: the Python object that the call returns, in words.
    """

    name: str
    summary: str
    description: str
    examples: tuple[Example, ...]
    arguments: tuple[Argument, ...] = ()
    kernel: bool = False
    cell: bool = False
    gives: str = ""

    @property
    def magic(self) -> str:
        """The magic's name, with its percent sign."""
        return f"%mv_{self.name}"

    @property
    def positionals(self) -> tuple[Argument, ...]:
        """The arguments without flags, in order."""
        return tuple(a for a in self.arguments if not a.flags)

    @property
    def options(self) -> tuple[Argument, ...]:
        """The arguments with flags, in order."""
        return tuple(a for a in self.arguments if a.flags)
