"""Every verb of nbmodelver, once: what the magics, the command line, the help and the docs know about it."""

from __future__ import annotations

from nbmodelver.verbs.words import Argument, Example, Verb

VERSION_HELP = "v3, HEAD, HEAD~2, a tag, a branch, the start of an id, or @{yesterday}"


def _version(default: str | None = "HEAD", name: str = "version") -> Argument:
    return Argument(name, VERSION_HELP, default=default, required=default is None)


def _names(does: str) -> Argument:
    return Argument("names", does, type="name", many=True)


DRY_RUN = Argument("dry_run", "show what would happen and change nothing", ("-n", "--dry-run"), "flag")

INIT = Verb(
    "init",
    "Make a store, or choose the one to use.",
    "Without a path the store is .nbmodelver/ in the notebook's folder. Without %mv_init a store is found by walking "
    "up from the notebook, or made there at the first commit; the environment variable NBMODELVER_STORE chooses "
    "another.",
    (
        Example("", "make .nbmodelver/ beside the notebook"),
        Example("../study/.nbmodelver", "use, or make, this store"),
    ),
    (Argument("path", "the store's folder"),),
    gives="the repo",
)

COMMIT = Verb(
    "commit",
    "Keep the notebook's variables, models, datasets and hyperparameters among them, as a new version.",
    "Without names it keeps every variable that you made, except modules, imported code, names that begin with an "
    "underscore and what `%mv_config ignore` lists; with names, those. It answers in "
    "one line, and names whatever could not be kept, with the reason. `%%mv_commit` runs the cell first and then keeps "
    "the names that the cell made or changed; a failing cell fails as usual and commits nothing. An EXPR is Python, "
    "evaluated in the notebook; it needs quotes only when it holds a space outside brackets. The usual metrics are "
    "known by their names (acc, val/loss, neg_log_loss, ndcg@5); of another one say once whether it is better lower or "
    "higher, and later versions keep to it. As a function: metric={'fid': (12.0, 'lower')}.",
    (
        Example('-m "deeper trees"', "keep everything that is found"),
        Example("df model --metric acc=model.score(X, y)", "keep two names, and a metric"),
        Example("model --metric val/loss=0.5 --metric fid=12:lower", "say which way a metric is better"),
        Example("model --param seed=7 --tag best", "keep with a parameter of your own and a tag"),
    ),
    (
        _names("the variables to keep"),
        Argument("message", "what this version is, in a few words", ("-m", "--message"), default=""),
        Argument(
            "metric",
            "a metric of this version, and where its name does not say it which way it is better; may be given again",
            ("--metric",),
            "pair",
            None,
            False,
            True,
            (),
            "NAME=EXPR[:lower|:higher]",
        ),
        Argument(
            "param",
            "a parameter of this version; may be given again",
            ("--param",),
            "pair",
            None,
            False,
            True,
            (),
            "NAME=EXPR",
        ),
        Argument("tag", "tag this version; may be given again", ("--tag",), many=True),
        Argument("note", "a longer remark", ("--note",), default="", metavar="TEXT"),
        Argument(
            "all",
            "keep every variable that you made, also _names, ignored and very large ones",
            ("-a", "--all"),
            "flag",
        ),
        Argument("metrics", "has no effect: numbers named like metrics are always kept", ("--metrics",), "flag"),
        Argument("session", "keep, or leave out, the random state and the session's options", ("--session",), "switch"),
        Argument("allow_secret", "keep a name although it looks like a secret", ("--allow-secret",), "name", many=True),
        Argument("partial", "has no effect: what can be kept is always kept", ("--partial",), "flag"),
        Argument("background", "store the values while the notebook goes on", ("--background",), "flag"),
        Argument("verify_load", "load every kept value once to prove that it comes back", ("--verify-load",), "flag"),
        DRY_RUN,
    ),
    kernel=True,
    cell=True,
    gives="the version",
)

AUTO = Verb(
    "auto",
    "Commit by itself after each cell that changed something, or stop doing so.",
    "Automatic versions are marked as such in the history. Without an argument it says whether it is on.",
    (Example("on", "commit after each cell"), Example("off", "stop")),
    (Argument("state", "on or off", choices=("on", "off")),),
    kernel=True,
    gives="True when it is on",
)

STATUS = Verb(
    "status",
    "Say where you are: store, branch, current version, and what has changed since.",
    "In a notebook it compares the live variables with the current version; on the command line it describes "
    "the store.",
    (Example("", "show what a commit would keep"),),
    gives="the state",
)

LOG = Verb(
    "log",
    "List the versions, newest first.",
    "A condition speaks of metrics.NAME, params.NAME, names, tag, branch, author, message and number. A NAME may be "
    "val/loss or recall@10.",
    (
        Example("", "the last twenty versions"),
        Example('--where "metrics.acc > 0.9" --limit 5', "the last five with a high accuracy"),
        Example("--best val_loss --limit 3", "the three best by a metric"),
        Example("--graph --branch trees", "one branch, with its forks and merges"),
    ),
    (
        Argument("where", "only versions for which this holds", ("--where",), metavar="CONDITION"),
        Argument("limit", "at most this many", ("-n", "--limit"), "int", 20, metavar="N", minimum=1),
        Argument("best", "the best by this metric first; fid:lower says its direction", ("--best",), metavar="METRIC"),
        Argument("branch", "only versions of this branch", ("--branch",), metavar="NAME"),
        Argument("tag", "only versions with this tag", ("--tag",), metavar="NAME"),
        Argument("text", "only versions with this text in message, note or a name", ("--text",), metavar="TEXT"),
        Argument("graph", "draw forks and merges", ("--graph",), "flag"),
    ),
    gives="the versions, newest first",
)

SHOW = Verb(
    "show",
    "Show one version: names with types and sizes, parameters, metrics, cells, environment.",
    "With names it shows the profile of each: schema and statistics of a dataset, parameters and size of a model. "
    "Values inside configurations are parameters by path (cfg.opt.lr). A text of more than 200 characters, and a "
    "container of more than 50 plain members of one shape (a vocabulary, labels, texts), is data, no hyperparameter.",
    (Example("v3", "show a version"), Example("HEAD df model", "show two values of the current version")),
    (_version(), _names("show these values in detail")),
    gives="the version",
)

DIFF = Verb(
    "diff",
    "Compare two versions: names, hyperparameters, metrics, data, models, code, packages.",
    "Without versions it compares the current version with the one before.",
    (
        Example("", "what the last commit changed"),
        Example("v2 v5", "compare two versions"),
        Example("v2 v5 df", "compare one name of them"),
    ),
    (_version("HEAD~1", "a"), _version("HEAD", "b"), _names("compare only these")),
    gives="the diff",
)

COMPARE = Verb(
    "compare",
    "Put parameters and metrics of several versions side by side.",
    "Without versions it takes the last ten of the branch.",
    (Example("v2 v3 best", "three versions, one column each"),),
    (Argument("versions", VERSION_HELP, many=True),),
    gives="the versions",
)

PANEL = Verb(
    "panel",
    "Show history, comparison and rollback as a panel to click in.",
    "A widget in the output, where the host can show widgets and a person is there; elsewhere the history as text. The "
    "widget itself is the `value` of what comes back: it may stand in any ipywidgets layout, and its traits "
    "`selected`, `view` and `head` may be observed, as in `p = %mv_panel` and `ipywidgets.HBox([p.value, plot])`. The "
    "setting widgets chooses the form: auto, anywidget, plain (ipywidgets only) or off. %mv_log, %mv_compare and "
    "%mv_rollback without --yes show the same panel.",
    (
        Example("", "the history"),
        Example("compare v2 v5", "a comparison of two versions"),
    ),
    (
        Argument("view", "what it shows first", choices=("history", "inspect", "compare", "rollback", "commit")),
        Argument("versions", VERSION_HELP, many=True),
    ),
    kernel=True,
    gives="the widget, or the versions where there is none",
)

ROLLBACK = Verb(
    "rollback",
    "Bring the live variables back to what they were in a version.",
    "The plan is shown first: as a panel to click in where there is a page and a person before it, as a question "
    "elsewhere. The present state is saved when it differs, so that %mv_undo always works. Only what differs is "
    "loaded, all of it or nothing. Names that import had bound and that are missing, as after a restart, are imported "
    "again. A module of the notebook's project that differs from that of the version is named. --modules never "
    "replaces a file, with --yes neither.",
    (
        Example("v3", "go back to a version"),
        Example("v3 df --dry-run", "show what going back would do to one name"),
        Example("v3 model --as old_", "load the model beside the live one, as old_model"),
        Example("v3 --modules", "also write the modules beside the notebook as they were"),
    ),
    (
        _version(None),
        _names("bring back only these"),
        DRY_RUN,
        Argument("yes", "do not ask", ("-y", "--yes"), "flag"),
        Argument("only_missing", "bring back only names that no longer exist", ("--only-missing",), "flag"),
        Argument(
            "as_", "put the values beside the live ones, under names with this prefix", ("--as",), metavar="PREFIX"
        ),
        Argument(
            "session", "bring back, or leave, the random state and the session's options", ("--session",), "switch"
        ),
        Argument("partial", "bring back the rest when some value cannot be rebuilt here", ("--partial",), "flag"),
        Argument(
            "modules",
            "write the notebook's own modules as they were: those that are missing to their places, those that "
            "differ into a folder beside the store",
            ("--modules",),
            "flag",
        ),
        Argument("trust", "load pickled values of a version that came from elsewhere", ("--trust",), "flag"),
    ),
    kernel=True,
    gives="the plan",
)

UNDO = Verb(
    "undo",
    "Take the last rollback, switch or merge back.",
    "May be repeated: each undo goes one step further back.",
    (Example("", "return to the state before the last rollback"),),
    kernel=True,
    gives="the plan",
)

REDO = Verb(
    "redo",
    "Do again what %mv_undo took back.",
    "Possible until the next commit or rollback.",
    (Example("", "take the last undo back"),),
    kernel=True,
    gives="the plan",
)

TAG = Verb(
    "tag",
    "Give a version a name that stays, or list the tags.",
    "A tag may be a semantic version, a date or any name of letters and digits of any script, '.', '_' and '-'.",
    (
        Example("", "list the tags"),
        Example("best v3", "tag a version"),
        Example("best v5 --move", "let an existing tag point elsewhere"),
        Example("best --delete", "remove a tag; the version stays"),
    ),
    (
        Argument("name", "the tag"),
        _version(),
        Argument("delete", "remove the tag", ("-d", "--delete"), "flag"),
        Argument("move", "let an existing tag point to this version", ("--move",), "flag"),
    ),
    gives="the tags",
)

BRANCH = Verb(
    "branch",
    "Start a branch at the current version, or list the branches.",
    "A new branch is not switched to: see %mv_switch.",
    (
        Example("", "list the branches"),
        Example("trees", "start a branch here"),
        Example("trees --delete", "remove a branch; its versions stay"),
    ),
    (Argument("name", "the branch"), Argument("delete", "remove the branch", ("-d", "--delete"), "flag")),
    gives="the branches",
)

SWITCH = Verb(
    "switch",
    "Go to another branch: its latest version comes back, and commits go there.",
    "Works like a rollback: shown first, saved before, all or nothing.",
    (Example("trees", "go to the branch trees"),),
    (Argument("branch", "the branch", required=True),),
    kernel=True,
    gives="the plan",
)

MERGE = Verb(
    "merge",
    "Bring what another version changed into this one, name by name.",
    "A name that only one side changed since the common ancestor is taken from that side. A name that both changed is "
    "a conflict: all conflicts are listed and nothing changes until each is settled with --take.",
    (
        Example("trees", "merge a branch"),
        Example("trees --take model=theirs --take df=ours", "merge, with two conflicts settled"),
    ),
    (
        _version(None),
        Argument(
            "take",
            "settle a conflict; may be given again",
            ("--take",),
            "pair",
            None,
            False,
            True,
            ("ours", "theirs"),
            "NAME=ours|theirs",
        ),
    ),
    kernel=True,
    gives="the version",
)

EXPORT = Verb(
    "export",
    "Write a version as one file that someone else can open, check and re-run.",
    "Notebook, data and models in open formats where one holds them exactly, pinned packages, and a manifest with "
    "hashes. Without -o the file is named for notebook and version.",
    (Example("v3 -o best.nbmv.zip", "write a bundle"),),
    (
        _version(),
        Argument("output", "the file to write", ("-o", "--output"), metavar="FILE"),
        Argument(
            "allow_secret", "let a name leave although it looks like a secret", ("--allow-secret",), "name", many=True
        ),
    ),
    gives="the path of the file",
)

IMPORT = Verb(
    "import",
    "Bring a bundle's version into the store.",
    "Everything is checked against the manifest first. Nothing of the bundle is run or unpickled.",
    (Example("best.nbmv.zip", "read a bundle"),),
    (Argument("file", "the bundle", required=True),),
    gives="the version",
)

VERIFY = Verb(
    "verify",
    "Check that everything the versions need is there and unchanged.",
    "Without options it checks the structure; it never repairs (%mv_repair does). Ends with exit status 1 on the "
    "command line when something is wrong.",
    (
        Example("", "check the structure"),
        Example("--full", "read and check every byte"),
        Example("--sample 5%", "read and check a twentieth of the parts"),
    ),
    (
        Argument("full", "read every byte", ("--full",), "flag"),
        Argument(
            "sample",
            "read this many percent of the parts, chosen at random",
            ("--sample",),
            "number",
            metavar="PCT",
            minimum=0,
            maximum=100,
        ),
    ),
    gives="the problems, an empty list when all is well",
)

GC = Verb(
    "gc",
    "Remove data that no version needs any more.",
    "What running commits need is never touched. What is less than an hour old stays, and so does all of versions that "
    "were forgotten within the hour; --now removes these as well. Then many small files become few. May be "
    "interrupted and run again.",
    (Example("--dry-run", "say what would be removed"), Example("", "remove it")),
    (
        DRY_RUN,
        Argument("now", "also remove what is less than an hour old", ("--now",), "flag"),
        Argument(
            "upgrade",
            "let an old store use the present format; older nbmodelver then refuse it",
            ("--upgrade",),
            "flag",
        ),
    ),
    gives="the report",
)


def _keep(period: str, of: str) -> Argument:
    return Argument(
        f"keep_{period}", f"keep {of}", (f"--keep-{period}",), "int", metavar="N", minimum=0, maximum=1_000_000
    )


FORGET = Verb(
    "forget",
    "Let versions vanish, by name or by rules, so that gc can remove what only they needed.",
    "With rules (--keep-..., --best, --within) every version goes that no rule keeps. The current version, the tips of "
    "branches and tagged versions always stay, unless they are named and --force is given. What others share or build "
    "on stays as well; --dry-run says which versions would go and how many bytes %mv_gc would then free. Forgotten "
    "versions can be brought back with --undo until gc has removed what they held, which is an hour at least.",
    (
        Example("v2 v5 --dry-run", "say what two versions would free"),
        Example("--keep-last 10 --keep-daily 7", "thin the history out"),
        Example("--best acc=3 --best val_loss=3", "keep the best by two metrics, and what is always kept"),
        Example("--best fid:lower=3 --dry-run", "the same by a metric whose name does not say its direction"),
        Example("--within 2GB", "keep the newest that fit into this size"),
        Example("v5 --undo", "bring a forgotten version back"),
    ),
    (
        Argument("versions", VERSION_HELP, many=True),
        DRY_RUN,
        _keep("last", "the newest N"),
        _keep("hourly", "the newest of each of the last N hours that have versions"),
        _keep("daily", "the same for days, as UTC has them"),
        _keep("weekly", "the same for weeks"),
        _keep("monthly", "the same for months"),
        Argument("keep_tagged", "keep only what is always kept", ("--keep-tagged",), "flag"),
        Argument(
            "best",
            "keep the N best by a metric, in the direction of its name, or as its versions say, or as said here "
            "(fid:lower=3); may be given again",
            ("--best",),
            "pair",
            None,
            False,
            True,
            (),
            "METRIC[:lower|:higher]=N",
        ),
        Argument(
            "within", "of what the rules keep, only the newest that fit into this size", ("--within",), metavar="SIZE"
        ),
        Argument(
            "force", "forget named versions although a branch, a tag or HEAD points to them", ("--force",), "flag"
        ),
        Argument("undo", "bring the named versions back", ("--undo",), "flag"),
    ),
    gives="what was forgotten",
)

REPAIR = Verb(
    "repair",
    "Move what is damaged out of the way, bring back what can still be read, and say what is lost.",
    "Without --yes it only says what it would do. Damaged files are moved to quarantine/ in the store, never deleted; "
    "parts and records that can still be read are written anew, branches go to their newest readable version, and what "
    "is lost is named by version and variable: a version that lost one keeps the others. Every byte is read.",
    (
        Example("", "say what is damaged, what can be saved and what is lost"),
        Example("--yes", "do it"),
    ),
    (Argument("yes", "do it", ("-y", "--yes"), "flag"),),
    gives="what was moved, saved and lost",
)

STATS = Verb(
    "stats",
    "Say what takes the room: by name, by kind and by version, and what forgetting would free.",
    "Sizes are stored bytes: every part counts once, for the first name that needs it. A version alone frees at "
    "least what no other version needs; what %mv_forget of several would free together, its --dry-run says to the "
    "byte.",
    (Example("", "the largest names and versions"), Example("--limit 100", "more of them")),
    (Argument("limit", "at most this many rows a table", ("--limit",), "int", 10, metavar="N", minimum=1),),
    gives="the figures",
)

BACKUP = Verb(
    "backup",
    "Copy the store to another folder, checked; the next time only what is new.",
    "The copy is a store itself: %mv_init FOLDER uses it, and so does the command line in that folder. Others may "
    "commit meanwhile; an interrupted backup goes on where it was when it is run again. Nothing that was copied is "
    "ever deleted there, so what you forget or purge is still in older backups. What is damaged is not copied but "
    "named; the command line then ends with exit status 1.",
    (
        Example("../backup-of-study", "make the copy, or bring it up to date"),
        Example("../backup-of-study --full", "check every byte of it as well"),
    ),
    (
        Argument("folder", "where the copy is", required=True),
        Argument("full", "also check what was copied before", ("--full",), "flag"),
    ),
    gives="what was copied",
)

TRUST = Verb(
    "trust",
    "Allow pickled values of a version that came from elsewhere to be loaded, or list what is allowed.",
    "Pickle can run code. Values that need it are refused in versions that came from a bundle, and in stores that "
    "others can write, until you say that you trust where they come from. The answer names every value and what "
    "it would import. Trust goes by content and is kept in your own configuration, never in a store or bundle.",
    (
        Example("", "list what you trust"),
        Example("v3", "trust where this version comes from"),
        Example("v3 --revoke", "trust it no longer"),
    ),
    (
        Argument("version", VERSION_HELP),
        Argument("revoke", "trust it no longer", ("--revoke",), "flag"),
    ),
    gives="the trusted origins",
)

PURGE = Verb(
    "purge",
    "Take a variable out of every version, and every byte of it out of the store.",
    "For secrets and data that must not be kept. Cannot be undone: without --yes it only says what would go. Versions "
    "that held the name keep their numbers, tags and branches; cells that mention the name, and notebook documents "
    "that do, go with it. The live variable is left alone. Bundles that were exported before are out of its reach.",
    (
        Example("patients", "say what would go"),
        Example("patients --yes", "take it out for good"),
    ),
    (
        Argument("names", "the variables to take out", type="name", many=True, required=True),
        Argument("yes", "do it", ("-y", "--yes"), "flag"),
    ),
    gives="what was purged",
)

CONFIG = Verb(
    "config",
    "Show or change a setting of the store.",
    "Without arguments it lists all settings; with a key alone it shows that one.",
    (
        Example("", "list the settings"),
        Example("author", "show one"),
        Example('author "Ada Lovelace"', "change one"),
    ),
    (Argument("key", "the setting"), Argument("value", "its new value")),
    gives="the settings",
)

VERBS: dict[str, Verb] = {
    v.name: v
    for v in (
        INIT, COMMIT, AUTO, STATUS, LOG, SHOW, DIFF, COMPARE, PANEL, ROLLBACK, UNDO, REDO,
        TAG, BRANCH, SWITCH, MERGE, EXPORT, IMPORT, TRUST, PURGE, FORGET, VERIFY, REPAIR, GC, STATS,
        BACKUP, CONFIG,
    )
}  # fmt: skip
