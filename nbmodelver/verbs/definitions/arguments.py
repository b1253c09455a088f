"""Arguments that several verbs have."""

from __future__ import annotations

from nbmodelver.verbs.words import Argument

VERSION_HELP = "v3, HEAD, HEAD~2, a tag, a branch, the start of an id, or @{yesterday}"

DRY_RUN = Argument("dry_run", "show what would happen and change nothing", flags=("-n", "--dry-run"), type="flag")


def version(default: str | None = "HEAD", name: str = "version") -> Argument:
    """A positional version. default: None if it is required."""
    return Argument(name, VERSION_HELP, default=default, required=default is None)


def versions() -> Argument:
    """Any number of positional versions."""
    return Argument("versions", VERSION_HELP, many=True)


def names(help_text: str) -> Argument:
    """Any number of positional variable names."""
    return Argument("names", help_text, type="name", many=True)


def flag(name: str, help_text: str, *flags: str) -> Argument:
    """An option without a value, named `--name` unless other spellings are given."""
    return Argument(name, help_text, flags=flags or (f"--{name.replace('_', '-')}",), type="flag")


def allow_secret(help_text: str) -> Argument:
    """The repeatable option `--allow-secret NAME`."""
    return Argument("allow_secret", help_text, flags=("--allow-secret",), type="name", many=True)
