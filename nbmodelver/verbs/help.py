"""A verb's help: as text for `?`, `--help` and `-h`, as Markdown for docs/verbs."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from nbmodelver.verbs.definitions import VERBS
from nbmodelver.verbs.parse import find, usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.verbs.words import Argument, Verb

WIDTH = 88


def help_text(verb: Verb | str, *, command: bool = False) -> str:
    """Everything about a verb as plain text: usage, arguments, options, examples.

    command: written for the command line instead of the notebook.
    """
    verb = find(verb) if isinstance(verb, str) else verb
    blocks = [
        fill(usage(verb, command=command), WIDTH, subsequent_indent=" " * 8, break_on_hyphens=False),
        verb.summary + "\n\n" + fill(_described(verb, command=command), WIDTH),
        _listing("Arguments", verb.positionals),
        _listing("Options", verb.options),
        "Examples\n" + "\n".join(_example_lines(verb, command=command)),
        f"Gives {verb.gives}." if verb.gives and not command else "",
    ]
    return "\n\n".join(b for b in blocks if b)


def overview(*, command: bool = False) -> str:
    """All verbs with their summaries, one a line; for the command line only those that need no kernel."""
    shown = [v for v in VERBS.values() if not (command and v.kernel)]
    names = [v.name if command else v.magic for v in shown]
    width = max(map(len, names))
    return "\n".join(f"  {n:<{width}}  {v.summary}" for n, v in zip(names, shown, strict=True))


def docs_page(verb: Verb | str) -> str:
    """The verb's page for docs/verbs, in Markdown, ending with a newline."""
    verb = find(verb) if isinstance(verb, str) else verb
    lines = [
        f"# {verb.name}",
        "",
        verb.summary,
        "",
        "```",
        *([f"%{verb.magic} ..."] if verb.cell else []),
        usage(verb),
        *([] if verb.kernel else [usage(verb, command=True)]),
        "```",
        "",
        verb.description,
        "",
        *_table("Argument", verb.positionals),
        *_table("Option", verb.options),
        "## Examples",
        "",
        "```python",
        *_example_lines(verb, indent=""),
        "```",
        "",
        *([f"The magic gives {verb.gives} as a Python object (`_` holds it).", ""] if verb.gives else []),
        "On the command line: needs a running notebook, so only as a magic."
        if verb.kernel
        else f"On the command line: `nbmodelver {verb.name}`.",
        "",
        "*Written by `make docs` from the verb's definition; change it there.*",
    ]
    return "\n".join(lines) + "\n"


def docs_index() -> str:
    """The page that lists all verbs, in Markdown."""
    rows = [
        f"| [`{v.magic}`]({v.name}.md) | {'' if v.kernel else f'`nbmodelver {v.name}`'} | {v.summary} |"
        for v in VERBS.values()
    ]
    head = ["# Verbs", "", "| in a notebook | on the command line | what it does |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows, "", "*Written by `make docs` from the definitions; change them there.*"]) + "\n"


def docs() -> dict[str, str]:
    """Every generated page: file name to text."""
    return {"index.md": docs_index()} | {f"{name}.md": docs_page(verb) for name, verb in VERBS.items()}


def _described(verb: Verb, *, command: bool) -> str:
    return verb.description.replace("%mv_", "nbmodelver ") if command else verb.description


def _listing(title: str, arguments: tuple[Argument, ...]) -> str:
    if not arguments:
        return ""
    heads = [_head(a) for a in arguments]
    width = min(max(map(len, heads)), 30)
    return "\n".join([title, *(_entry(h, _detail(a), width) for h, a in zip(heads, arguments, strict=True))])


def _entry(head: str, detail: str, width: int) -> str:
    text = fill(detail, WIDTH, initial_indent=" " * (width + 4), subsequent_indent=" " * (width + 4))
    return f"  {head}\n{text}" if len(head) > width else f"  {head:<{width}}  {text.lstrip()}"


def _head(argument: Argument) -> str:
    if not argument.flags:
        return argument.shown + (" ..." if argument.many else "")
    return ", ".join(argument.spellings) + (f" {argument.shown}" if argument.takes_value else "")


def _detail(argument: Argument) -> str:
    limits = [f"one of {', '.join(argument.choices)}"] if argument.choices and argument.type != "pair" else []
    if argument.minimum is not None and argument.maximum is not None:
        limits.append(f"{argument.minimum:g} to {argument.maximum:g}")
    if argument.default not in (None, "", False):
        limits.append(f"default {argument.default}")
    return argument.help + (f" ({'; '.join(limits)})" if limits else "")


def _table(title: str, arguments: tuple[Argument, ...]) -> Iterator[str]:
    if not arguments:
        return
    yield from (f"| {title} | |", "| --- | --- |")
    for a in arguments:
        cells = [f"`{_head(a)}`", _detail(a)]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _example_lines(verb: Verb, *, command: bool = False, indent: str = "  ") -> Iterator[str]:
    start = f"nbmodelver {verb.name}" if command else verb.magic
    lines = [f"{start} {e.line}".rstrip() for e in verb.examples]
    width = max(map(len, lines))
    for line, example in zip(lines, verb.examples, strict=True):
        yield f"{indent}{line:<{width}}  # {example.does}"
