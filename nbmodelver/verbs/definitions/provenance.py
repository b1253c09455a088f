"""Verbs about the history of one variable or metric."""

from __future__ import annotations

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
        Argument(
            "limit",
            "the largest number of versions to list",
            flags=("-n", "--limit"),
            type="int",
            default=20,
            metavar="N",
            minimum=1,
        ),
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
