"""Verbs that run without a person: upkeep on a schedule, the watch over a deployed model, and pipelines."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import ADDRESS_HELP, JSON, flag
from nbmodelver.verbs.definitions.registry import EITHER_HELP, WHY
from nbmodelver.verbs.words import Argument, Example, Verb

TASKS = ("backup", "forget", "gc", "verify", "monitor")

SCHEDULE = Verb(
    "schedule",
    "Run upkeep by itself: print or install lines for cron or systemd, and see what was missed.",
    "The arguments after the time are those of the task. Without --install the lines are printed, with the place where "
    "they go. They hold absolute paths, so they need nothing of your environment. systemd is used if it is there, and "
    "runs a missed task when the machine is on again; cron does not. Each run is an event with its outcome, and "
    "%mv_status says that a run was missed or failed. Times are local: hourly is at minute 17, daily at 03:17, weekly "
    "on Sunday at 03:17. forget and gc delete data while nobody is there to ask, so they need --yes. A schedule "
    "belongs to you, this machine and this store; installing it again replaces it.",
    examples=(
        Example("", "what is scheduled, and how it went"),
        Example("backup daily@03:30 ../backup-of-study", "print what to install"),
        Example('verify "30 3 * * 1-5" --full --cron', "print the line for a crontab"),
        Example("forget weekly --keep-last 10 --keep-daily 7 --yes", "thin out the history"),
    ),
    arguments=(
        Argument("task", "what to run: backup, forget, gc, verify or monitor", choices=TASKS),
        Argument("when", 'hourly, daily, weekly, daily@03:30, or a cron expression such as "30 3 * * 1-5"'),
        Argument("arguments", "the arguments and options of the task", many=True),
        flag("install", "write the units of systemd, or the crontab"),
        flag("print", "print the lines, which is the default"),
        flag("remove", "remove the schedule of this name"),
        flag("list", "list the schedules, which is the default without a task"),
        flag("cron", "use cron"),
        flag("systemd", "use the timers of systemd"),
        flag("idle", "run it in this notebook, while no cell runs, until the kernel ends"),
        flag("yes", "agree that the task deletes data", "-y", "--yes"),
        Argument("called", "the name of the schedule; default: the task", flags=("--as",), metavar="NAME"),
        flag("run", "run the task now and keep the outcome, as the installed lines do"),
        Argument("id", "the schedule that a run belongs to, as the installed lines say", flags=("--id",)),
    ),
    gives="the schedules, or the installed lines",
    wraps=TASKS,
)

MONITOR = Verb(
    "monitor",
    "Compare fresh data with what a deployed model was trained on, and raise an alarm if it drifted.",
    "The data is a file (CSV, JSON lines, Parquet, Feather or Arrow, npy, npz), a query of a database, or a variable "
    "of the notebook. It is compared with the training set of the version: the dataset with the role train, or the one "
    "that --name gives. The rules are those of %mv_diff: a column drifted if the effect matters and is more than "
    "sampling would give. A missing input, and a column of another kind, count as drift. The outcome is kept as the "
    "check 'drift' of the version, so a gate can ask for it; drift is an open alarm of the version until data without "
    "drift is compared. Without data it shows the latest outcomes. On the command line the exit status is 1 if there "
    "is drift.",
    examples=(
        Example("", "the latest outcome of each model"),
        Example("fresh.csv --model churn@production", "compare a file"),
        Example('sqlite:///sales.db --query "select * from orders"', "compare a query"),
    ),
    arguments=(
        Argument("data", "a file, the address of a database, or a variable of the notebook"),
        Argument("query", "the SQL whose rows are compared", flags=("--query",), metavar="SQL"),
        Argument(
            "model",
            f"{EITHER_HELP}; default: what is deployed or in the last stage, if that is one version",
            flags=("--model",),
        ),
        Argument(
            "name", "the training set; default: the dataset with the role train", flags=("--name",), type="name",
            metavar="VARIABLE",
        ),
        Argument("without", "leave out a column; may be repeated", flags=("--without",), many=True, metavar="COLUMN"),
        Argument(
            "fail_on",
            "what is an alarm: drift, drift:0.2 (effects of at least 0.2), drift:income (one column)",
            flags=("--fail-on",),
            metavar="CONDITIONS",
        ),
        JSON,
    ),
    gives="the outcome: version, name, drifts, notes, failed",
)  # fmt: skip

CI = Verb(
    "ci",
    "Check, compare and promote in a pipeline, and check notebooks before a commit.",
    "check looks at the store, the audit log, the policy and every gate of the stage, and moves nothing. compare "
    "writes the differences from the present holder of the stage as Markdown, alarms first: into the summary of the "
    "job if GITHUB_STEP_SUMMARY names one, else to the output. promote checks and then promotes; a version that is in "
    "the stage already is no error. notebooks compares saved notebooks with the versions that they stand at, and "
    "changes no file. init prints the file of a pipeline or of a pre-commit hook, or writes it with --write. The exit "
    "status is 0 if all is well, 1 if something failed, 2 for a wrong command line, and 3 if another process moved the "
    "stage.",
    examples=(
        Example("check churn --to production", "would it be promoted?"),
        Example("compare churn --to production --fail-on leak,metric:acc<-0.01", "what changes in production"),
        Example('promote churn --to staging -m "nightly run"', "promote if all is well"),
        Example("init churn --github", "print a workflow"),
        Example("init --pre-commit", "print the hook for notebooks"),
    ),
    arguments=(
        Argument(
            "action",
            "check, compare, promote, notebooks or init",
            required=True,
            choices=("check", "compare", "promote", "notebooks", "init"),
        ),
        Argument("targets", f"the model ({ADDRESS_HELP}); for notebooks the files", many=True),
        Argument("to", "the stage; default: the last one of the policy", flags=("--to",), metavar="STAGE"),
        Argument(
            "fail_on", "of compare: conditions that end it with 1, as of %mv_diff", flags=("--fail-on",),
            metavar="CONDITIONS",
        ),
        flag("github", "of init: a workflow for GitHub"),
        flag("gitlab", "of init: a pipeline for GitLab"),
        flag("pre_commit", "of init: a hook for pre-commit"),
        flag("write", "of init: write the file"),
        WHY,
        JSON,
    ),
    gives="the outcome",
)  # fmt: skip
