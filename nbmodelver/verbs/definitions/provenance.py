"""Verbs about the history of one variable or metric."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import VERSION_HELP, flag, limit
from nbmodelver.verbs.words import Argument, Example, Verb

HISTORY = Verb(
    "history",
    "List the versions in which a variable changed, newest first, with what changed.",
    "The changes come from the records and from statistics that are kept or that take little time; a change of a large "
    "value whose statistics were never asked for has no description: %mv_diff shows it. A version that did not save "
    "the variable does not count as a change.",
    examples=(
        Example("df", "each version in which df is new, changed or removed"),
        Example("model --limit 5", "the last five changes of the model"),
    ),
    arguments=(
        Argument("name", "the variable", type="name", required=True),
        limit("the largest number of versions to list", 20, "-n"),
    ),
    gives="the history, with `steps` and `changes`",
)

BEST = Verb(
    "best",
    "Show the best version by a metric, and how much better it is than the current one.",
    "Of equal versions it is the newest. The direction of the metric is known by its name or by a commit; fid:lower "
    "states it. %mv_log --best lists several.",
    examples=(
        Example("acc", "the version with the best accuracy"),
        Example("fid:lower", "state the direction"),
    ),
    arguments=(Argument("metric", "the metric; fid:lower states its direction", required=True, metavar="METRIC"),),
    gives="the version",
)

BLAME = Verb(
    "blame",
    "Show since which version a variable has its value, the cells that made it, and what they read.",
    "The cells are the last one that assigned the name as a whole, and later ones that changed a part of it, called a "
    "method of it or passed it to a function. This is read from their code: changes through another name, exec or the "
    "inside of a called function are not seen. With --cell it shows since when one cell of a table has its value. The "
    "row is found by its label in the index if it has one, else by its position, and the answer says which.",
    examples=(
        Example("model", "the cells that made the model"),
        Example("df --version v2", "the value of another version"),
        Example("df --cell 0 age", "since when this cell has its value"),
    ),
    arguments=(
        Argument("name", "the variable", type="name", required=True),
        Argument("row", "with --cell: the label or the position of the row"),
        Argument("column", "with --cell: the column; not needed if there is only one"),
        flag("cell", "show the origin of one cell of a table: NAME --cell ROW COLUMN"),
        Argument("version", VERSION_HELP, flags=("--version",), default="HEAD", metavar="VERSION"),
    ),
    gives="the origin, with `since` and `cells`",
)
