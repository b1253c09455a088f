"""Arguments that several verbs have."""

from __future__ import annotations

from nbmodelver.verbs.words import Argument

VERSION_HELP = "v3, HEAD, HEAD~2, a tag, a branch, the start of an id, or @{yesterday}"

ADDRESS_HELP = "churn, churn/1.4.0, churn@production, churn@production~1 or churn@production@{2026-10-01}"

JSON = Argument("json", "answer with JSON", flags=("--json",), type="flag")

PLOT = Argument("plot", "draw the charts into a file (.png, .svg, .pdf)", flags=("--plot",), metavar="FILE")

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


def limit(help_text: str, default: int, *flags: str) -> Argument:
    """The option `--limit N`, the largest number of something. flags: other spellings."""
    return Argument("limit", help_text, flags=(*flags, "--limit"), type="int", default=default, metavar="N", minimum=1)


def limit_s(help_text: str, default: float = 60.0) -> Argument:
    """The option `--limit SECONDS`."""
    return Argument(
        "limit", help_text, flags=("--limit",), type="number", default=default, metavar="SECONDS", minimum=1
    )


def where(help_text: str) -> Argument:
    """The option `--where CONDITION`."""
    return Argument("where", help_text, flags=("--where",), metavar="CONDITION")


def safe(help_text: str) -> Argument:
    """The option `--safe`. help_text: what runs in a child process."""
    return flag("safe", f"{help_text} in a child process, so that a crash or a hang cannot reach the notebook")


def force_use(verb: str) -> Argument:
    """The option `--force WHY` of a verb that refuses archived versions."""
    return Argument("force", f"{verb} an archived version; the reason is kept", flags=("--force",), metavar="WHY")


def allow_secret(help_text: str) -> Argument:
    """The repeatable option `--allow-secret NAME`."""
    return Argument("allow_secret", help_text, flags=("--allow-secret",), type="name", many=True)
