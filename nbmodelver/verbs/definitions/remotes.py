"""Verbs that exchange whole histories with a team: remotes, push, fetch, pull and clone."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import DRY_RUN, JSON, allow_secret, flag
from nbmodelver.verbs.words import Argument, Example, Verb

_REMOTE = Argument("remote", "the name of the remote; default: origin, or the only one")
_BRANCH = Argument("branch", "this branch; may be repeated", flags=("--branch",), many=True, metavar="NAME")
_TAG = Argument("tag", "this tag; may be repeated", flags=("--tag",), many=True, metavar="NAME")
_MODEL = Argument("model", "this registered model; may be repeated", flags=("--model",), many=True, metavar="NAME")
_OPTION = Argument(
    "option", "a setting of the address; may be repeated", flags=("--option",), type="pair", many=True,
    metavar="KEY=VALUE",
)  # fmt: skip
_LAZY = Argument(
    "lazy", "bring no values: they are loaded when they are needed; --no-lazy brings them", flags=("--lazy",),
    type="switch",
)  # fmt: skip
_OLDER = flag("accept_older", "accept a remote that went back in time, or that lost or changed something")

REMOTE = Verb(
    "remote",
    "Add, list, check, share, clean or remove the places with which this store exchanges versions.",
    "An address is s3://bucket/prefix, gs://bucket/prefix, az://container/prefix, ssh://user@host/path, "
    "https://host/path (read-only), the path of a shared folder, or the folder of another store. Credentials come from"
    " the environment, profiles and agents of each provider; none is kept in the store. `add` finds out what the place"
    " really does: whether it refuses to replace an object, and whether exactly one of eight concurrent writers wins. "
    "`check` does that again. `gc` removes what no version of the remote needs: it is first marked, and deleted by a "
    "later gc after the grace period. With --encrypt a new remote is encrypted with age before anything is sent: only "
    "the owners of the keys that you name can read it. `key` prints your public key, and `share` adds that of a "
    "colleague. Without arguments all remotes are listed, as they were last seen.",
    examples=(
        Example("", "list the remotes, and what is not pushed"),
        Example("add origin ../team", "share through a folder"),
        Example("add safe ../safe --encrypt", "encrypt what is sent"),
        Example("key", "your public key: a colleague adds it with %mv_remote share safe KEY"),
        Example("check origin", "what the place does, and what your rights allow"),
        Example("gc origin --dry-run", "what the remote does not need any more"),
        Example("remove origin", "forget the remote; nothing changes there"),
    ),
    arguments=(
        Argument(
            "action", "add, check, share, key, gc or remove", choices=("add", "check", "share", "key", "gc", "remove")
        ),
        Argument("name", "the name of the remote"),
        Argument("address", "with add: its address; with share: a public key, or a file with some; none lists them"),
        _OPTION,
        flag("encrypt", "with add: make a remote that is encrypted with age"),
        Argument(
            "recipient", "with add --encrypt: a public key that can read it too, or a file with some; may be repeated",
            flags=("--recipient",), many=True, metavar="KEY",
        ),
        flag("lazy", "with add: bring no values with a fetch or pull; they are loaded when they are needed"),
        Argument(
            "grace", "with gc: the days between marking and deletion", flags=("--grace",), type="number", default=7.0,
            metavar="DAYS", minimum=0, maximum=3650,
        ),
        flag("forgotten", "with gc: also drop versions that were forgotten here and that no branch or tag there needs"),
        DRY_RUN,
        JSON,
    ),
    gives="the remotes",
)  # fmt: skip

PUSH = Verb(
    "push",
    "Send the versions of the current branch to a remote, with their tags, models and events.",
    "Only what the remote lacks is sent. A branch there moves forward only: if it has versions that are not here, "
    "nothing is sent, and %mv_pull brings them. --force moves it nevertheless, with a reason that is kept as an event "
    "there. An interrupted push continues when it is run again. Texts that look like a secret are refused.",
    examples=(
        Example("", "push the current branch"),
        Example("--all", "push all branches"),
        Example("--dry-run", "what would be sent, in bytes"),
        Example("--as ana-main", "keep your versions beside, as another branch"),
        Example('--force -m "main was wrong"', "replace what is there, with a reason"),
    ),
    arguments=(
        _REMOTE,
        _BRANCH,
        _TAG,
        _MODEL,
        flag("all", "every branch, tag and model, and versions of no branch"),
        Argument("branch_as", "the name of the branch at the remote", flags=("--as",), metavar="NAME"),
        flag("force", "move branches and tags although versions are then in no branch there"),
        Argument("message", "the reason for --force", flags=("-m", "--message"), metavar="WHY"),
        flag("versions_only", "send no tags, models and events"),
        flag("again", "send the values again that the remote lists, to repair it"),
        allow_secret("send this version although it looks as if it had a secret"),
        _OLDER,
        DRY_RUN,
        JSON,
    ),
    gives="what was sent",
)

FETCH = Verb(
    "fetch",
    "Bring versions from a remote. The notebook and its branches stay as they are.",
    "Afterwards origin/main names the version at which the branch main of the remote is. Values that need pickle are "
    "those of a stranger until you trust them: %mv_trust VERSION.",
    examples=(
        Example("", "bring everything that is new"),
        Example("--branch main --lazy", "bring the versions of one branch, without values"),
        Example("--only model", "also bring the values of one variable of the newest versions"),
    ),
    arguments=(
        _REMOTE,
        _BRANCH,
        _TAG,
        _MODEL,
        Argument(
            "only", "bring the values of this variable only; may be repeated", flags=("--only",), type="name",
            many=True, metavar="NAME",
        ),
        _LAZY,
        _OLDER,
        DRY_RUN,
        JSON,
    ),
    gives="what was brought",
)  # fmt: skip

PULL = Verb(
    "pull",
    "Bring the new versions of the current branch from a remote, and bring the notebook to the newest one.",
    "The variables of the notebook are saved first if they changed, and %mv_undo takes the change back. If both sides "
    "have new versions, nothing moves: --merge merges them, as %mv_merge origin/main does. On the command line only "
    "the branch moves. With --pointer it brings the version that a file of %mv_git names, and clones its remote if "
    "there is no store yet, as in CI.",
    examples=(
        Example("", "bring what is new"),
        Example("--merge", "merge what both sides did"),
        Example("--merge --take model=theirs", "and decide a conflict"),
        Example("--no-load", "leave the variables of the notebook as they are"),
    ),
    arguments=(
        _REMOTE,
        Argument("branch", "another branch than the current one", flags=("--branch",), metavar="NAME"),
        flag("merge", "merge if both sides have new versions"),
        Argument(
            "take", "with --merge: which side a variable is taken from", flags=("--take",), type="pair", many=True,
            metavar="NAME=SIDE",
        ),
        Argument(
            "key", "with --merge: the columns that identify a row", flags=("--key",), type="pair", many=True,
            metavar="NAME=COLUMNS",
        ),
        flag("no_load", "do not change the variables of the notebook"),
        flag("trust", "load pickled values of other people, which can run code"),
        Argument("pointer", "bring the version of this pointer file (%mv_git)", flags=("--pointer",), metavar="FILE"),
        _LAZY,
        _OLDER,
    ),
    gives="what was brought, and what it changed",
)  # fmt: skip

CLONE = Verb(
    "clone",
    "Make a new store with the versions of a remote.",
    "With --lazy it takes seconds whatever the size: values are loaded when a rollback, a comparison or a load needs "
    "them, and are kept in a cache of the size cache_mb. An interrupted clone continues when it is run again.",
    examples=(
        Example("../team colleague", "clone into the folder colleague"),
        Example("../team --lazy", "clone without values"),
    ),
    arguments=(
        Argument("address", "the address of the remote", required=True),
        Argument("folder", "the folder of the new store; default: the last part of the address"),
        _BRANCH,
        _TAG,
        _OPTION,
        flag("lazy", "bring no values: they are loaded when they are needed"),
        Argument("name", "the name of the remote", flags=("--name",), default="origin", metavar="NAME"),
    ),
    gives="the store",
)

GIT = Verb(
    "git",
    "Tie the store to a Git repository: a small file in Git points to the version that belongs to each commit.",
    "A pointer file such as study.nbmv has a few lines: the version, its remote, metrics and models. Git shows and "
    "merges them; the data stays in the store. `write` writes the file for the current version and adds it to the "
    "index, as %mv_commit --git does. `install` adds hooks to the repository that say, after a checkout, which version "
    "belongs to it, and warn before a commit or push of Git about versions that are not pushed. They change nothing "
    "and never stop Git. `merge` is a merge driver: of two versions of which one leads to the other, it keeps the "
    "newer one.",
    examples=(
        Example("write", "point to the current version"),
        Example("", "list the pointers, and where they point"),
        Example("install", "add the hooks"),
        Example("check", "warn about pointers that others cannot follow"),
        Example("offer", "which version belongs to this commit of Git"),
    ),
    arguments=(
        Argument(
            "action", "write, install, check, offer or merge", choices=("write", "install", "check", "offer", "merge")
        ),
        Argument("files", "with write: the pointer file; with merge: base, ours and theirs", many=True),
        JSON,
    ),
    gives="the pointers",
)
