"""Renders results as text and HTML, from plain model objects. It uses neither the kernel nor the store."""

from nbmodelver.views.audit import (
    allowed,
    audit,
    check_result,
    checked,
    checkpoint,
    notified,
    pinned_keys,
    policy,
    signing_key,
    traced,
)
from nbmodelver.views.bisect import bisected
from nbmodelver.views.blocks import Span
from nbmodelver.views.bundle import bundle_extracted, bundle_inside, bundle_intact
from nbmodelver.views.ci import checked_notebooks, ci_checked
from nbmodelver.views.commit import commit
from nbmodelver.views.compare import compare
from nbmodelver.views.compliance import compliance, compliance_page
from nbmodelver.views.diff import diff
from nbmodelver.views.exchange import exported_to, imported_from
from nbmodelver.views.figures import plural, size
from nbmodelver.views.handover import handed_over
from nbmodelver.views.lineage import lineage
from nbmodelver.views.log import log
from nbmodelver.views.markdown import diff_markdown
from nbmodelver.views.merge import merge_plan
from nbmodelver.views.monitor import last_monitored, monitored
from nbmodelver.views.plan import plan
from nbmodelver.views.probe import probed
from nbmodelver.views.progress import Bar, Surface, Terminal
from nbmodelver.views.provenance import best, blame, cell_blame, name_history
from nbmodelver.views.refs import RefLabels, branches, note, tags
from nbmodelver.views.registry import (
    approval,
    deployed,
    deployments,
    holders,
    model,
    models,
    moved,
    registered,
    state_changed,
)
from nbmodelver.views.remotes import (
    RemoteRow,
    cloned,
    fetched,
    hooks_installed,
    notes,
    own_key,
    pointers,
    pulled,
    purged_remote,
    pushed,
    remote_added,
    remote_collected,
    remote_members,
    remotes,
)
from nbmodelver.views.reports import as_json, backed_up, code, config, exported, forgotten, gc, sentence, verify
from nbmodelver.views.rerun import rerun, rerun_lacks, rerun_page
from nbmodelver.views.schedule import schedule_change, scheduled_run, schedules
from nbmodelver.views.show import show
from nbmodelver.views.shown import Shown
from nbmodelver.views.stats import stats
from nbmodelver.views.status import State, status
from nbmodelver.views.text import to_text
from nbmodelver.views.upkeep import repaired
from nbmodelver.views.why import verdict, why

__all__ = [
    "Bar", "RefLabels", "RemoteRow", "Shown", "Span", "State", "Surface", "Terminal", "allowed", "approval", "as_json",
    "audit", "backed_up", "best", "bisected", "blame", "branches", "bundle_extracted", "bundle_inside", "bundle_intact",
    "cell_blame", "check_result", "checked", "checked_notebooks", "checkpoint", "ci_checked", "cloned", "code",
    "commit", "compare", "compliance", "compliance_page", "config", "deployed", "deployments", "diff", "diff_markdown",
    "exported", "exported_to", "fetched", "forgotten", "gc", "handed_over", "holders", "hooks_installed",
    "imported_from", "last_monitored", "lineage", "log", "merge_plan", "model", "models", "monitored", "moved",
    "name_history", "note", "notes", "notified", "own_key", "pinned_keys", "plan", "plural", "pointers", "policy",
    "probed", "pulled", "purged_remote", "pushed", "registered", "remote_added", "remote_collected", "remote_members",
    "remotes", "repaired", "rerun", "rerun_lacks", "rerun_page", "schedule_change", "scheduled_run", "schedules",
    "sentence", "show", "signing_key", "size", "state_changed", "stats", "status", "tags", "to_text", "traced",
    "verdict", "verify", "why",
]  # fmt: skip
