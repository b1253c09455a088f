"""Verbs that write documents: cards of models and data, changelogs, and the report for an audit."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import ADDRESS_HELP, JSON, VERSION_HELP, flag
from nbmodelver.verbs.words import Argument, Example, Verb

CARD = Verb(
    "card",
    "Write the card of a registered version or of a dataset: purpose, metrics and origin.",
    "Most rows are read from the version and the audit log. What only people can state is stated with --set, once per "
    "model (purpose, users, out_of_scope, limits, ethics, contact, licence, collection, consent, personal_data, "
    "retention) or, with --data, once per name of a dataset (purpose, source, collection, personal_data: yes, no or "
    "unknown, consent, legal_basis, licence, retention, contact). Until then it reads 'not stated'; the card counts "
    "these rows and never guesses. Intervals and slices come from %%mv_check cells that return figures. The front "
    "matter of the Markdown is read by the Hugging Face Hub; --format croissant writes a data card as JSON-LD of "
    "MLCommons.",
    examples=(
        Example("churn@production", "show the card"),
        Example('churn --set purpose="who may leave" --set licence=mit', "state what only people know"),
        Example("churn/1.0.0 -o card.md", "write a file"),
        Example("--data patients", "the card of a dataset"),
        Example("--data patients --format croissant", "as JSON-LD"),
        Example("--data patients --set personal_data=yes", "state what only people know"),
    ),
    arguments=(
        Argument("address", f"{ADDRESS_HELP}; with --data also {VERSION_HELP}, and HEAD by default"),
        Argument("data", "write the card of this dataset of the version", flags=("--data",), metavar="NAME"),
        Argument("set", "state a row; may be repeated", flags=("--set",), type="pair", many=True, metavar="KEY=TEXT"),
        Argument(
            "format",
            "markdown, html, json, or croissant with --data; default: as the file is named",
            flags=("--format",),
            default="",
            choices=("markdown", "html", "json", "croissant"),
        ),
        Argument("output", "the file to write", flags=("-o", "--output"), metavar="FILE"),
    ),
    gives="the card: sections, not_stated",
)

REPORT = Verb(
    "report",
    "Write the changelog of a model, the evidence for an audit, or the bill of materials.",
    "Without an option it answers with what changed in each version of a model, why, and who did it. --compliance "
    "collects what the store knows for an auditor: inventory, data used and by whom, changes, approvals, gates, forced "
    "promotions, deployments, recorded accesses, states, integrity, retention and alarms, the questions of GDPR, "
    "HIPAA, SOC 2, the EU AI Act and NIST AI RMF that this evidence concerns, and a list of what is not known. It is "
    "evidence and no legal advice; it proves nothing about acts outside nbmodelver. --to writes an HTML page that "
    "loads nothing, the same content as JSON, the bill of materials (CycloneDX 1.6) and a checkpoint of the audit log; "
    "without it nothing is written. The period limits events, not the inventory.",
    examples=(
        Example("churn", "what changed in each version, why and by whom"),
        Example("churn --to CHANGELOG.md", "write the changelog"),
        Example("--compliance", "the evidence of all models"),
        Example("--compliance --since 2026-10-01 --to audit", "since a day, as files"),
        Example("churn/1.0.0 --bom", "the bill of materials of a version"),
    ),
    arguments=(
        Argument("model", "the model, an address with --bom, or all", default="all"),
        flag("compliance", "collect the evidence for an audit"),
        flag("bom", "the bill of materials: models, datasets and packages, as CycloneDX 1.6"),
        Argument("since", "only events from this day on, YYYY-MM-DD", flags=("--since",), metavar="DATE"),
        Argument("until", "only events up to this day", flags=("--until",), metavar="DATE"),
        Argument("to", "the folder or file to write; nothing is overwritten", flags=("--to",), metavar="PATH"),
        JSON,
    ),
    gives="the report (tables, rules, not_known), the changelog as a text, or the bill of materials",
)
