"""Verbs that change the live variables of the kernel."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import DRY_RUN, flag, force_use, names, version
from nbmodelver.verbs.words import Argument, Example, Verb

ROLLBACK = Verb(
    "rollback",
    "Restore the live variables to their values in a version.",
    "The plan is shown first: as a panel if the session is interactive and can show one, otherwise as a question. The "
    "current state is saved first if it differs, so %mv_undo always works. Only values that differ are loaded, and "
    "either all of them or none. Imports of the version that are missing in the kernel, as after a restart, are "
    "repeated. A module of the notebook's project that differs from the module in the version is named. --modules "
    "never replaces a file, even with --yes.",
    examples=(
        Example("v3", "restore a version"),
        Example("v3 df --dry-run", "show what a rollback would change in one name"),
        Example("v3 model --as old_", "load the model as old_model and keep the live one"),
        Example("v3 --modules", "also write the project's modules as they were in the version"),
    ),
    arguments=(
        version(None),
        names("restore only these"),
        DRY_RUN,
        flag("yes", "do not ask for confirmation", "-y", "--yes"),
        flag("only_missing", "restore only names that no longer exist"),
        Argument(
            "as_",
            "restore the values under names with this prefix and keep the live ones",
            flags=("--as",),
            metavar="PREFIX",
        ),
        Argument(
            "session",
            "restore, or leave unchanged, the random state and the options of the session",
            flags=("--session",),
            type="switch",
        ),
        flag("partial", "restore the rest if some value cannot be rebuilt here"),
        flag(
            "modules",
            "write the project's modules as they were: missing ones to their places, differing ones to a folder beside "
            "the store",
        ),
        flag("trust", "load pickled values of a version that came from elsewhere"),
        force_use("restore"),
    ),
    kernel=True,
    gives="the plan",
)

UNDO = Verb(
    "undo",
    "Undo the last rollback, switch or merge.",
    "It can be repeated: each undo goes one step further back.",
    examples=(Example("", "return to the state before the last rollback"),),
    kernel=True,
    gives="the plan",
)

REDO = Verb(
    "redo",
    "Repeat the change that %mv_undo reverted.",
    "It works until the next commit or rollback.",
    examples=(Example("", "revert the last undo"),),
    kernel=True,
    gives="the plan",
)

SWITCH = Verb(
    "switch",
    "Switch to another branch: restore its latest version and commit to it from now on.",
    "It works like a rollback: the plan is shown first, the current state is saved, and either all values change or "
    "none.",
    examples=(Example("trees", "switch to the branch trees"),),
    arguments=(Argument("branch", "the branch", required=True),),
    kernel=True,
    gives="the plan",
)

MERGE = Verb(
    "merge",
    "Merge the changes of another version into the current one, name by name and inside of values.",
    "A name that changed on only one side since the common ancestor is taken from that side. A name that changed on "
    "both sides is merged inside: dicts by key, arrays by element, frames and series of pandas and polars by row and "
    "column. What both sides changed differently is a conflict. All conflicts are listed, cell by cell, and nothing "
    "changes until each is resolved with --take. Of a name that merges inside, --take decides only the conflicting "
    "cells; of any other name it takes the whole value. The current state is saved first if it differs, and %mv_undo "
    "reverts the merge.",
    examples=(
        Example("trees --dry-run", "show what would come from where"),
        Example("trees", "merge a branch"),
        Example("trees --take model=theirs --take df=ours", "merge and resolve two conflicts"),
    ),
    arguments=(
        version(None),
        DRY_RUN,
        Argument(
            "take",
            "resolve a conflict; may be repeated. average: the mean of the weights of both models",
            flags=("--take",),
            type="pair",
            many=True,
            metavar="NAME=ours|theirs|VERSION|average",
        ),
        Argument(
            "key",
            "the columns that identify a row of a table, separated by commas; may be repeated",
            flags=("--key",),
            type="pair",
            many=True,
            metavar="NAME=COLUMN",
        ),
        flag("whole", "take every value as a whole; merge none inside"),
        flag("trust", "load pickled values of a version that came from elsewhere"),
    ),
    kernel=True,
    gives="the version, or the plan with --dry-run,",
)

CHERRY = Verb(
    "cherry",
    "Bring some variables of another version into the notebook and into a new version.",
    "The new version follows the current one and has its variables, with the given ones as they were in the other "
    "version. Its message says where they came from. Variables that share objects with the given ones come with them. "
    "The current state is saved first if it differs, and %mv_undo reverts the change. Either all values come or none.",
    examples=(
        Example("v2 df", "take the data of v2 and keep everything else"),
        Example('v3 df model -m "back to the honest split"', "two variables, with a message of your own"),
    ),
    arguments=(
        version(None),
        Argument("names", "the variables", type="name", many=True, required=True),
        Argument("message", "stands before the origin of the variables", flags=("-m", "--message"), default=""),
        flag("trust", "load pickled values of a version that came from elsewhere"),
    ),
    kernel=True,
    gives="the version",
)
