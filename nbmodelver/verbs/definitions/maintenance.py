"""Verbs that check, repair, shrink, copy and configure a store."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import DRY_RUN, flag, versions
from nbmodelver.verbs.words import Argument, Example, Verb

VERIFY = Verb(
    "verify",
    "Check that everything the versions need is present and unchanged.",
    "Without options it checks the structure. It never repairs; use %mv_repair. On the command line the exit status "
    "is 1 if there is a problem.",
    examples=(
        Example("", "check the structure"),
        Example("--full", "read and check every byte"),
        Example("--sample 5%", "read and check five percent of the parts"),
    ),
    arguments=(
        flag("full", "read every byte"),
        Argument(
            "sample",
            "read this percentage of the parts, chosen at random",
            flags=("--sample",),
            type="number",
            metavar="PCT",
            minimum=0,
            maximum=100,
        ),
    ),
    gives="the list of problems, empty for a sound store,",
)

GC = Verb(
    "gc",
    "Remove data that no version needs any more.",
    "Data that a running commit needs is never removed. Data less than an hour old, and data of versions that were "
    "forgotten within the last hour, stays unless --now is given. Afterwards small files are merged into larger ones. "
    "It can be interrupted and run again.",
    examples=(Example("--dry-run", "show what would be removed"), Example("", "remove it")),
    arguments=(
        DRY_RUN,
        flag("now", "also remove data that is less than an hour old"),
        flag("upgrade", "allow the current format in an old store; older releases of nbmodelver then refuse the store"),
    ),
    gives="the report",
)


def _keep(period: str, help_text: str) -> Argument:
    return Argument(
        f"keep_{period}",
        f"keep {help_text}",
        flags=(f"--keep-{period}",),
        type="int",
        metavar="N",
        minimum=0,
        maximum=1_000_000,
    )


FORGET = Verb(
    "forget",
    "Remove versions from the history, by name or by rules, so that gc can free their data.",
    "With rules (--keep-..., --best, --within), every version that no rule keeps is forgotten. The current version, "
    "the heads of branches and tagged versions always stay, unless they are named and --force is given. Data that "
    "other versions share or build on also stays. --dry-run shows which versions would be forgotten and how many "
    "bytes %mv_gc would then free. --undo restores forgotten versions until gc has removed their data, which is an "
    "hour at least.",
    examples=(
        Example("v2 v5 --dry-run", "show what forgetting two versions would free"),
        Example("--keep-last 10 --keep-daily 7", "thin out the history"),
        Example("--best acc=3 --best val_loss=3", "keep the best by two metrics, and what is always kept"),
        Example("--best fid:lower=3 --dry-run", "the same by a metric whose name does not imply its direction"),
        Example("--within 2GB", "keep the newest versions that fit into this size"),
        Example("v5 --undo", "restore a forgotten version"),
    ),
    arguments=(
        versions(),
        DRY_RUN,
        _keep("last", "the newest N"),
        _keep("hourly", "the newest version of each of the last N hours that have versions"),
        _keep("daily", "the same for days in UTC"),
        _keep("weekly", "the same for weeks"),
        _keep("monthly", "the same for months"),
        flag("keep_tagged", "keep only what is always kept"),
        Argument(
            "best",
            "keep the N best by a metric; its direction comes from its name, from the versions, or from this option "
            "(fid:lower=3); may be repeated",
            flags=("--best",),
            type="pair",
            many=True,
            metavar="METRIC[:lower|:higher]=N",
        ),
        Argument(
            "within",
            "of the versions that the rules keep, keep only the newest that fit into this size",
            flags=("--within",),
            metavar="SIZE",
        ),
        flag("force", "forget named versions although a branch, a tag or HEAD points to them"),
        flag("undo", "restore the named versions"),
    ),
    gives="the forgotten versions",
)

REPAIR = Verb(
    "repair",
    "Quarantine damaged files, recover what can still be read, and report what is lost.",
    "Without --yes it only shows what it would do. Damaged files are moved to quarantine/ in the store and never "
    "deleted. Parts and records that can still be read are written again, and branches are set to their newest "
    "readable version. Lost values are named by version and variable; a version that lost one variable keeps the "
    "others. Every byte is read.",
    examples=(
        Example("", "show what is damaged, what can be recovered and what is lost"),
        Example("--yes", "carry out the repair"),
    ),
    arguments=(flag("yes", "carry out the repair", "-y", "--yes"),),
    gives="the files moved, the values recovered and the values lost",
)

BACKUP = Verb(
    "backup",
    "Copy the store to another folder and check the copy; later runs copy only new data.",
    "The copy is a store: %mv_init FOLDER uses it, and so does the command line in that folder. Other kernels may "
    "commit during a backup. An interrupted backup continues when it is run again. Data that was copied is never "
    "deleted from the copy, so older backups still contain what you forget or purge. Damaged data is named and not "
    "copied; the exit status on the command line is then 1.",
    examples=(
        Example("../backup-of-study", "create or update the copy"),
        Example("../backup-of-study --full", "also check every byte of the copy"),
    ),
    arguments=(
        Argument("folder", "the folder of the copy", required=True),
        flag("full", "also check what earlier backups copied"),
    ),
    gives="what was copied",
)

PURGE = Verb(
    "purge",
    "Remove a variable from every version, and every byte of it from the store.",
    "Use it for secrets and for data that must not be kept. It cannot be undone: without --yes it only shows what it "
    "would remove. Versions that held the name keep their numbers, tags and branches. Cells and notebook documents "
    "that mention the name are removed too, and the content of input files that these versions store, because the "
    "value may come from them. The live variable does not change, and bundles that were exported earlier do not. "
    "--remote also removes it at a remote, with every object that has bytes of it; clones of others keep it until "
    "they purge it too, and the answer names who sent versions there.",
    examples=(
        Example("patients", "show what would be removed"),
        Example("patients --remote origin", "show what would be removed here and at a remote"),
        Example("patients --yes", "remove it permanently"),
        Example("--file data/people.csv --yes", "remove a file that cells read"),
    ),
    arguments=(
        Argument("names", "the variables to remove", type="name", many=True),
        Argument("file", "the path of an input file to remove; may be repeated", flags=("--file",), many=True),
        Argument("remote", "also remove it at this remote", flags=("--remote",), metavar="NAME"),
        flag("yes", "carry out the removal", "-y", "--yes"),
    ),
    gives="what was purged",
)

CONFIG = Verb(
    "config",
    "Show or change a setting of the store.",
    "Without arguments it lists all settings; with only a key it shows that setting. channel.NAME is the address of a "
    "channel for notifications, in your own configuration instead of the store, and is shown masked; `off` removes it.",
    examples=(
        Example("", "list the settings"),
        Example("author", "show one setting"),
        Example('author "Ada Lovelace"', "change one setting"),
    ),
    arguments=(Argument("key", "the setting"), Argument("value", "its new value")),
    gives="the settings",
)
