"""Verbs that show and compare versions."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import (
    JSON,
    PLOT,
    flag,
    limit,
    limit_s,
    names,
    safe,
    version,
    versions,
    where,
)
from nbmodelver.verbs.words import Argument, Example, Verb

LOG = Verb(
    "log",
    "List the versions, newest first.",
    "A condition can use metrics.NAME, params.NAME, names, tag, branch, author, message and number. A NAME may be "
    "val/loss or recall@10.",
    examples=(
        Example("", "the last twenty versions"),
        Example('--where "metrics.acc > 0.9" --limit 5', "the last five with a high accuracy"),
        Example("--best val_loss --limit 3", "the three best by a metric"),
        Example("--graph --branch trees", "one branch, with its forks and merges"),
    ),
    arguments=(
        where("only versions that satisfy this condition"),
        limit("the largest number of versions to list", 20, "-n"),
        Argument(
            "best",
            "sort by this metric, best first; fid:lower states its direction",
            flags=("--best",),
            metavar="METRIC",
        ),
        Argument("branch", "only versions of this branch", flags=("--branch",), metavar="NAME"),
        Argument("tag", "only versions with this tag", flags=("--tag",), metavar="NAME"),
        Argument("text", "only versions with this text in message, note or a name", flags=("--text",), metavar="TEXT"),
        flag("all", "also list archived versions"),
        flag("graph", "draw forks and merges; … marks a version with a parent that is not shown"),
    ),
    gives="the versions, newest first",
)

SHOW = Verb(
    "show",
    "Show one version: names with types and sizes, parameters, metrics, cells, environment.",
    "With names it shows the profile of each: schema and statistics of a dataset, parameters and size of a model. "
    "Values inside configurations are parameters and are named by their path (cfg.opt.lr). A text of more than 200 "
    "characters, and a container of more than 50 plain members of the same type (a vocabulary, labels, texts), count "
    "as data and not as hyperparameters.",
    examples=(Example("v3", "show a version"), Example("HEAD df model", "show two values of the current version")),
    arguments=(version(), names("show these values in detail")),
    gives="the version",
)

DIFF = Verb(
    "diff",
    "Compare two versions: names, hyperparameters, metrics, data, models, code, packages.",
    "Without versions it compares the current version with the previous one. Alarms come first, then metrics, data and "
    "models; details of tables are folded. Test rows in training data are found if they are equal, rounded, or "
    "have another value in one column. --on runs a model of both versions on a dataset, and shows the rows with "
    "another prediction and whether metrics changed by more than noise. If the dataset differs too, both models run on "
    "both versions of it. The models run on loaded copies, and only for your own versions and those that you trust. "
    "Each model predicts twice, so that one that draws random numbers or changes its input is named. "
    "The command line exits with 1 if a condition of --fail-on holds.",
    examples=(
        Example("", "show what the last commit changed"),
        Example("v2 v5", "compare two versions"),
        Example("v2 v5 df", "compare one name in two versions, in detail"),
        Example("v2 v5 model --on patients --target y", "compare what a model predicts"),
        Example("HEAD~1 HEAD --group patient --time visited", "also look for patients and times of both sets"),
        Example("v2 v5 --fail-on leak,metric:acc<-0.01", "for scripts"),
    ),
    arguments=(
        version("HEAD~1", "a"),
        version("HEAD", "b"),
        names("compare only these, with all details"),
        Argument(
            "on", "run the model of both versions on this dataset", flags=("--on",), type="name", metavar="DATASET"
        ),
        Argument(
            "target",
            "the right answers: a variable, or a column of the dataset",
            flags=("--target",),
            type="name",
            metavar="NAME",
        ),
        limit_s("with --on: the seconds that one model may take to predict"),
        safe("with --on: predict"),
        Argument(
            "key",
            "the columns that identify a row of the named table, separated by commas; they are remembered with its "
            "name; -: forget them; default: those that are remembered, else a key is searched",
            flags=("--key",),
            metavar="COLUMNS",
        ),
        flag("exact", "distinguish 0.0 and -0.0 in the named table", "--exact"),
        Argument(
            "group",
            "a column of training and test set whose values must not be in both, such as patient; may be repeated",
            flags=("--group",),
            many=True,
            metavar="COLUMN",
        ),
        Argument(
            "time",
            "a column by which no test row may be older than the newest training row",
            flags=("--time",),
            metavar="COLUMN",
        ),
        Argument(
            "near_text",
            "look for test texts that are nearly equal to a training text; the least Jaccard similarity, such as 0.8",
            flags=("--near-text",),
            type="number",
            metavar="SIMILARITY",
            minimum=0.2,
            maximum=1,
        ),
        Argument(
            "fail_on",
            "fail if one of these is found, separated by commas: leak, fitted, group, time, text, target, drift:0.2, "
            "split:0.2, scored, alarm, metric:NAME<CHANGE",
            flags=("--fail-on",),
            metavar="CONDITIONS",
        ),
        JSON,
        PLOT,
    ),
    gives="the diff",
)

COMPARE = Verb(
    "compare",
    "Show parameters and metrics of several versions side by side.",
    "Without versions it shows the last ten of the branch. Parameters that differ come first, and the best value of "
    "each metric is marked. More than six versions are shown as rows. With six and more, the parameters that the "
    "metric goes with beyond chance are named. An association is no cause: %mv_why tests causes.",
    examples=(
        Example("v2 v3 best", "three versions, one column each"),
        Example('--where "metrics.acc > 0.8" --limit 100 --sort acc', "a hundred versions, the best first"),
        Example("--limit 1000 --csv versions.csv", "write a table for other tools"),
    ),
    arguments=(
        versions(),
        where("versions that satisfy this condition"),
        limit("the largest number of versions, if none are named", 10, "-n"),
        Argument(
            "sort",
            "sort by this metric, best first, and compare it with the parameters; fid:lower states its direction",
            flags=("--sort",),
            metavar="METRIC",
        ),
        flag("only_differences", "leave out the parameters that all versions share", "--only-differences"),
        JSON,
        Argument("csv", "write a table with one row per version", flags=("--csv",), metavar="FILE"),
        PLOT,
    ),
    gives="the versions",
)

PANEL = Verb(
    "panel",
    "Show history, comparison and rollback as an interactive panel.",
    "It is a widget in the output if the host can show widgets and the session is interactive; otherwise the history "
    "is shown as text. The returned object has the widget in `value`: it can be placed in any ipywidgets layout, and "
    "its traits `selected`, `view` and `head` can be observed, as in `p = %mv_panel` and `ipywidgets.HBox([p.value, "
    "plot])`. The setting widgets chooses the form: auto, anywidget, plain (ipywidgets only) or off. %mv_log, "
    "%mv_compare, and %mv_rollback without --yes, show the same panel.",
    examples=(
        Example("", "the history"),
        Example("compare v2 v5", "a comparison of two versions"),
    ),
    arguments=(
        Argument(
            "view", "the view to open first", choices=("history", "inspect", "models", "compare", "rollback", "commit")
        ),
        versions(),
    ),
    kernel=True,
    gives="the widget, or the versions if no widget can be shown",
)

STATS = Verb(
    "stats",
    "Show what uses space: by name, by kind and by version, and what forgetting would free.",
    "Sizes are stored bytes. Each part counts once, for the first name that needs it. Forgetting one version frees at "
    "least the bytes that no other version needs; %mv_forget --dry-run computes the exact number for several versions.",
    examples=(Example("", "the largest names and versions"), Example("--limit 100", "more of them")),
    arguments=(limit("the largest number of rows in a table", 10),),
    gives="the figures",
)
