"""Verbs that make a store, record versions and show what is not recorded."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import DRY_RUN, allow_secret, flag, names
from nbmodelver.verbs.words import Argument, Example, Verb

INIT = Verb(
    "init",
    "Create a store, or choose the store to use.",
    "Without a path the store is .nbmodelver/ in the notebook's folder. Without %mv_init nbmodelver searches for a "
    "store from the notebook's folder upwards, and creates one at the first commit if it finds none. The environment "
    "variable NBMODELVER_STORE chooses another store.",
    examples=(
        Example("", "create .nbmodelver/ beside the notebook"),
        Example("../study/.nbmodelver", "use this store; create it if it is missing"),
    ),
    arguments=(Argument("path", "the store's folder"),),
    gives="the repo",
)

COMMIT = Verb(
    "commit",
    "Save the notebook's variables, with models, datasets and hyperparameters, as a new version.",
    "Without names it saves every variable that you created. It leaves out modules, imported code, names that begin "
    "with an underscore and the names in `%mv_config ignore`. With names it saves only those. The answer is one line, "
    "and names each variable that could not be saved, with the reason. `%%mv_commit` runs the cell first and then "
    "saves the names that the cell created or changed. If the cell fails, nothing is committed. An EXPR is a Python "
    "expression that is evaluated in the notebook; it needs quotes only if it contains a space outside brackets. "
    "nbmodelver knows the usual metrics by their names (acc, val/loss, neg_log_loss, ndcg@5). For another metric, "
    "state once whether lower or higher is better; later versions use the same direction. As a function: "
    "metric={'fid': (12.0, 'lower')}. After the version is durable, it is checked for test rows in the training data, "
    "and for metrics that got worse (`%mv_config check_limit_s`).",
    examples=(
        Example('-m "deeper trees"', "save all variables"),
        Example("df model --metric acc=model.score(X, y)", "save two names and a metric"),
        Example("model --metric val/loss=0.5 --metric fid=12:lower", "state the direction of a metric"),
        Example("--role A=train --role B=test", "state which is for training"),
        Example("model --param seed=7 --tag best", "save with a parameter of your own and a tag"),
    ),
    arguments=(
        names("the variables to save"),
        Argument("message", "a short description of this version", flags=("-m", "--message"), default=""),
        Argument(
            "metric",
            "a metric of this version, and its direction if the name does not imply it; may be repeated",
            flags=("--metric",),
            type="pair",
            many=True,
            metavar="NAME=EXPR[:lower|:higher]",
        ),
        Argument(
            "param",
            "a parameter of this version; may be repeated",
            flags=("--param",),
            type="pair",
            many=True,
            metavar="NAME=EXPR",
        ),
        Argument("tag", "tag this version; may be repeated", flags=("--tag",), many=True),
        Argument(
            "probe",
            "keep what the models predict for up to 500 rows of this dataset, for %mv_probe; may be repeated",
            flags=("--probe",),
            type="name",
            many=True,
            metavar="DATASET",
        ),
        Argument(
            "role",
            "the use of a dataset, if code and name do not imply it: train, validation or test",
            flags=("--role",),
            type="pair",
            many=True,
            metavar="NAME=ROLE",
        ),
        Argument("note", "a longer description", flags=("--note",), default="", metavar="TEXT"),
        flag(
            "all",
            "save every variable that you created, also _names, ignored names and very large values",
            "-a",
            "--all",
        ),
        Argument(
            "session",
            "save, or leave out, the random state and the options of the session",
            flags=("--session",),
            type="switch",
        ),
        allow_secret("save this name although it looks like a secret"),
        flag("git", "write the pointer file of %mv_git, and add it to the index of Git"),
        flag("background", "store the values in the background while the notebook continues"),
        flag("verify_load", "load every saved value once to prove that it can be restored"),
        DRY_RUN,
    ),
    kernel=True,
    cell=True,
    gives="the version",
)

AUTO = Verb(
    "auto",
    "Turn automatic commits on or off.",
    "While it is on, each cell that changes a variable is followed by a commit. The history marks automatic versions. "
    "Without an argument it shows whether automatic commits are on.",
    examples=(Example("on", "commit after each cell"), Example("off", "stop")),
    arguments=(Argument("state", "on or off", choices=("on", "off")),),
    kernel=True,
    gives="True when it is on",
)

STATUS = Verb(
    "status",
    "Show the store, the branch, the current version, and what has changed since.",
    "In a notebook it compares the live variables with the current version. On the command line it describes the "
    "store.",
    examples=(Example("", "show what a commit would save"),),
    gives="the state",
)
