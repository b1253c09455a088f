"""Verbs of the registry: registered models, stages, approvals, deployments, and the audit log."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import ADDRESS_HELP, DRY_RUN, JSON, VERSION_HELP, flag, limit, version
from nbmodelver.verbs.definitions.documents import CARD, REPORT
from nbmodelver.verbs.words import Argument, Example, Verb

EITHER_HELP = f"a registered model ({ADDRESS_HELP}) or a version ({VERSION_HELP})"
WHY = Argument("message", "the reason, which is kept with the event", flags=("-m", "--message"), default="")
FORCE = flag("force", "do it although a gate fails; the reason is kept, and the event is marked for ever")
_SET = Argument(
    "set",
    "metadata of the version, such as licence.customers=CC-BY-4.0; may be repeated",
    flags=("--set",),
    type="pair",
    many=True,
    metavar="KEY=TEXT",
)


def _address(help_text: str = ADDRESS_HELP, *, required: bool = True) -> Argument:
    return Argument("address", help_text, required=required)


REGISTER = Verb(
    "register",
    "Register a version under the name of a model, with a number of its own.",
    "The number is a semantic version that is proposed from what changed: major for other inputs or outputs, minor for "
    "other parameters or another training, patch otherwise. A number is never given twice. A program loads the value "
    'with nbmodelver.load("models:/churn/1.0.0"). A policy (%mv_policy) can require dates or hashes as numbers, and '
    "names of a certain form. A store of an older format must be upgraded first: %mv_gc --upgrade.",
    examples=(
        Example("patients-model", "the only model of the current version"),
        Example('patients-model v2 --model model -m "more trees"', "another version"),
    ),
    arguments=(
        Argument("name", "the name of the model: lower-case letters, digits, '.', '_' and '-'", required=True),
        version(),
        Argument("model", "the variable; default: the only model", flags=("--model",), type="name", metavar="VARIABLE"),
        Argument(
            "base",
            "a model that it was made from: an address, or a name and revision elsewhere; may be repeated",
            flags=("--base",),
            many=True,
            metavar="MODEL",
        ),
        Argument("number", "the number, instead of the proposed one", flags=("--number",), metavar="NUMBER"),
        _SET,
        WHY,
    ),
    gives="the registration: registered, version, before",
)

MODELS = Verb(
    "models",
    "List the registered models, or show one with its versions, stages and approvals.",
    "With churn@production it shows every holder of the stage with the reasons. --describe, --owner and --set change "
    "the description of a model, its owners, and the metadata of a version; earlier texts stay in the audit log.",
    examples=(
        Example("", "list all models"),
        Example("churn", "one model with its versions"),
        Example("churn@production", "who was in production, since when and why"),
        Example('churn --describe "who may leave"', "describe a model"),
    ),
    arguments=(
        _address(required=False),
        flag("all", "also show archived versions"),
        Argument("describe", "set the description of the model", flags=("--describe",), metavar="TEXT"),
        Argument("owner", "set the owners; may be repeated", flags=("--owner",), many=True, metavar="NAME"),
        _SET,
        JSON,
    ),
    gives="the models",
)

PROMOTE = Verb(
    "promote",
    "Move a registered version to a stage, if every gate of the policy passes, or take that back.",
    "Without a policy the stages are development, staging and production, and there are no gates. Failed gates are "
    "listed at once with their values, and nothing is moved. A version is in one stage at a time. --back moves the "
    "stage to its former holder in one command; twice back is two holders back. --alias moves a name without gates. "
    "The command line exits with 1 if a gate fails and with 3 if another process moved the stage meanwhile.",
    examples=(
        Example('churn/1.0.0 --to production -m "better recall"', "promote"),
        Example('churn --back -m "complaints since noon"', "the former holder of the last stage again"),
        Example("churn/1.0.0 --alias champion", "move an alias"),
        Example("churn/1.0.0 --to production --dry-run", "show the outcome of every gate"),
    ),
    arguments=(
        _address(),
        Argument("to", "the stage", flags=("--to",), metavar="STAGE"),
        Argument("alias", "move this alias instead of a stage", flags=("--alias",), metavar="NAME"),
        flag("delete", "with --alias: remove the alias"),
        flag("back", "move the stage to its former holder"),
        flag("settle", "decide a stage that two stores moved differently before they were merged"),
        FORCE,
        WHY,
        DRY_RUN,
        JSON,
    ),
    gives="the move: before, after, gates",
)

APPROVE = Verb(
    "approve",
    "Approve a registered version for a stage, ask for that, refuse it or withdraw it.",
    "An approval is bound to the version, the stage and the policy in force. Whether it counts is decided by the gates "
    "of the policy: how many people, with which role, signed or not, and not the author. Names come from the settings, "
    "Git, JupyterHub or the login and are not verified. It is signed if you have a key (%mv_policy key).",
    examples=(
        Example("churn/1.1.0 --for production --request", "ask for an approval"),
        Example('churn/1.1.0 --for production -m "bias report read"', "approve"),
        Example('churn/1.1.0 --for production --withdraw -m "new facts"', "withdraw the own approval"),
    ),
    arguments=(
        _address(),
        Argument("stage", "the stage; default: the last one of the policy", flags=("--for",), metavar="STAGE"),
        flag("request", "ask for an approval"),
        flag("refuse", "refuse it"),
        flag("withdraw", "withdraw the own approval"),
        WHY,
    ),
    gives="the approval",
)

CHECK = Verb(
    "check",
    "Run a cell as a named check of a version, and keep its result for the gates of the policy.",
    "Write the cell below %%mv_check NAME VERSION. The check passes if it raises nothing and its last expression is "
    "not False. The result belongs to the version, the current one unless another is named, and the code of the cell "
    "is kept with it. If the last expression is a dict of numbers, they are kept as figures for the card, with "
    "intervals and slices: {'f1': 0.8}, {'f1': (0.8, LOW, HIGH)}, {'f1': (0.8, LOW, HIGH, ROWS)} or {'f1': {SLICE: "
    "...}}; names of slices are in clear in the audit log. Without a cell the newest result is shown.",
    examples=(Example("bias HEAD", "show the newest result of a check of the current version"),),
    arguments=(Argument("name", "the name of the check, as in the policy", required=True), version()),
    cell=True,
    gives="the event of the check",
)

DEPRECATE = Verb(
    "deprecate",
    "Mark a version as deprecated, with the reason and what to use instead.",
    "A load, a rollback and a promotion then warn, or are refused if the policy says so. The version keeps its stages, "
    "aliases and deployments, and the answer names them. Nothing is deleted.",
    examples=(
        Example('churn/1.1.0 -m "trained on leaked rows" --use churn/1.0.0', "deprecate at once"),
        Example('churn/1.1.0 -m "end of support" --from 2027-12-15', "from a day on"),
        Example('churn/1.1.0 --undo -m "the rows were no leak"', "make it active again"),
    ),
    arguments=(
        _address(EITHER_HELP),
        Argument("use", "the replacement", flags=("--use",), metavar="ADDRESS"),
        Argument("start", "the first day of the deprecation, YYYY-MM-DD", flags=("--from",), metavar="DATE"),
        flag("undo", "make the version active again"),
        WHY,
        DRY_RUN,
    ),
    gives="the change: version, state, used_by",
)

ARCHIVE = Verb(
    "archive",
    "Archive a version: it is hidden and cannot be used, and no byte of it is deleted.",
    "Lists hide it, and a load, rollback, export or promotion is refused until it is restored with --undo. It leaves "
    "its stages and aliases. %mv_forget and %mv_gc never remove it.",
    examples=(
        Example('churn/1.1.0 -m "the licence of the data ended"', "archive"),
        Example('churn/1.1.0 --undo -m "licence renewed"', "restore"),
    ),
    arguments=(_address(EITHER_HELP), flag("undo", "restore the version"), WHY, DRY_RUN),
    gives="the change: version, state, used_by",
)

DEPLOY = Verb(
    "deploy",
    "Record which version runs where, or show that.",
    "It records and moves no file. The answer has a stamp, a short text to keep beside every prediction, from which "
    "%mv_trace leads back to the version. A version that is deployed cannot be archived or forgotten.",
    examples=(
        Example("", "what is deployed now"),
        Example('churn@production --to scoring-eu -m "release 12"', "record a deployment"),
        Example('scoring-eu --end -m "moved to the new cluster"', "record its end"),
    ),
    arguments=(
        _address(f"{ADDRESS_HELP}; with --end the place", required=False),
        Argument("to", "the place, such as an endpoint", flags=("--to",), metavar="PLACE"),
        Argument(
            "share",
            "the share of the requests that it answers, in percent",
            flags=("--share",),
            type="number",
            default=100.0,
            metavar="PERCENT",
            minimum=0,
            maximum=100,
        ),
        Argument("note", "a note", flags=("--note",), metavar="TEXT"),
        flag("end", "nothing runs at the place any more"),
        WHY,
        DRY_RUN,
        JSON,
    ),
    gives="the deployments",
)

TRACE = Verb(
    "trace",
    "Trace a prediction, a model object or a version back to its data, code, approvals and deployments.",
    "It takes the stamp of a deployment (churn/1.0.0+16 digits), the address of a registered model, a version, or the "
    "name of a variable whose content is searched in the versions. What nothing records is listed as not known.",
    examples=(
        Example("churn@production", "a registered version"),
        Example("HEAD", "any other version"),
    ),
    arguments=(Argument("what", f"a stamp, a variable, or {EITHER_HELP}", required=True), JSON),
    gives="the trace: version, registered, data, approvals, deployments",
)

LINEAGE = Verb(
    "lineage",
    "Show what a model was made from, and where it went: data, cells, base models, deployments.",
    "An edge is observed if the code of a cell reads one variable and binds another, also through a function of the "
    "notebook; changes through an alias, exec or a module are not seen. Base models are those that %mv_register --base "
    "declared. A registered version inherits a value that it has unchanged from an earlier version. What is not known "
    "is listed.",
    examples=(
        Example("churn@production", "of a registered version"),
        Example("HEAD model", "of a variable"),
        Example("churn/1.0.0 --format prov", "for other programs"),
    ),
    arguments=(
        _address(EITHER_HELP),
        Argument("variable", "the variable; default: the registered value, or the only model", type="name"),
        Argument(
            "format",
            "text, json, openlineage (run events) or prov (PROV-JSON)",
            flags=("--format",),
            default="text",
            choices=("text", "json", "openlineage", "prov"),
        ),
    ),
    gives="the lineage: root, nodes, edges",
)

AUDIT = Verb(
    "audit",
    "Show the audit log: who moved what, when and why. Prove that nothing in it was changed.",
    "Events are linked by hashes, so a changed, missing or reordered event is found. A log whose end was cut off "
    "together with the refs, or that was rewritten as a whole, is found only against a checkpoint that lies elsewhere: "
    "keep the file of --checkpoint in another place, or use --checkpoint git. Files that other programs read, and "
    "false names or clocks of unsigned events, are never found. While the log is damaged, nothing moves until an admin "
    "accepts the damage with a reason. The command line exits with 1 if --verify finds a problem.",
    examples=(
        Example("", "the newest events"),
        Example("churn --since 2026-10-01", "of one model"),
        Example("--kind promote --kind back", "of some kinds"),
        Example("--verify", "check every event"),
    ),
    arguments=(
        _address(required=False),
        Argument("kind", "only events of this kind; may be repeated", flags=("--kind",), many=True, metavar="KIND"),
        Argument("who", "only events of this person: a name, login or address", flags=("--who",), metavar="NAME"),
        Argument("since", "only events since then, such as 2026-10-01", flags=("--since",), metavar="DATE"),
        limit("the largest number of events to list", 50),
        flag("verify", "check every event, every chain and every ref"),
        Argument(
            "against",
            "the log must extend the checkpoint in this file; git: those in tags of the Git repository",
            flags=("--against",),
            metavar="FILE",
        ),
        Argument(
            "checkpoint",
            "write a checkpoint to this file, signed if you have a key; git: as a tag of the Git repository",
            flags=("--checkpoint",),
            metavar="FILE",
        ),
        flag("accept", "accept the damage that --verify names, so that moves work again; the event names it for ever"),
        Argument(
            "erase", "remove the name and the texts of a person from all events", flags=("--erase",), metavar="NAME"
        ),
        WHY,
        JSON,
    ),
    gives="the events, or the result of the check",
)

POLICY = Verb(
    "policy",
    "Show the policy in force, check the draft, or adopt it.",
    "The policy fixes names, stages, roles and gates. The file policy.toml in the folder of the store is a draft: it "
    "has no effect until it is adopted, which is an event that lists what became weaker. A hook of the policy runs "
    "only after you allowed exactly its content, by the fingerprint that is shown with it; the consent is kept in your "
    "own configuration. Notifications are sent in the background to the channels of your own configuration (%mv_config "
    "channel.NAME ADDRESS); `notify` sends now what waits. With a signing key, your approvals, "
    "promotions, policies and checkpoints are signed. A reader pins the keys that sign policies; nbmodelver.load(..., "
    'require="verified") then loads only what these keys prove. The reference describes every key of a policy.',
    examples=(
        Example("", "the policy in force, and how the draft differs"),
        Example("--example", "an example to start from"),
        Example('adopt -m "two approvals for production"', "put the draft into force"),
        Example("notify", "send what waits, and show what cannot be sent"),
        Example("key", "your public key, made if you have none"),
    ),
    arguments=(
        Argument(
            "action",
            "adopt: put the draft into force; allow, revoke: let a hook run, or no longer; notify: send what waits; "
            "key: print your public key, and create it if you have none",
            choices=("adopt", "allow", "revoke", "notify", "key"),
        ),
        Argument("what", "the fingerprint of a hook, or its start"),
        flag("example", "show an example of a policy"),
        Argument("test", "send a test message to this channel", flags=("--test",), metavar="CHANNEL"),
        Argument(
            "ssh", "with key: sign with this unencrypted Ed25519 key of OpenSSH", flags=("--ssh",), metavar="FILE"
        ),
        Argument("pin", "trust a public key to sign policies", flags=("--pin",), many=True, metavar="KEY"),
        Argument("unpin", "trust it no more", flags=("--unpin",), many=True, metavar="KEY"),
        WHY,
    ),
    gives="the policy",
)

REGISTRY_VERBS = (
    REGISTER,
    MODELS,
    PROMOTE,
    APPROVE,
    CHECK,
    DEPRECATE,
    ARCHIVE,
    DEPLOY,
    TRACE,
    LINEAGE,
    CARD,
    REPORT,
    AUDIT,
    POLICY,
)
