"""Renders results as text and HTML, from plain model objects. It uses neither the kernel nor the store."""

from nbmodelver.views.bisect import bisected
from nbmodelver.views.blocks import Span
from nbmodelver.views.commit import commit
from nbmodelver.views.compare import compare
from nbmodelver.views.diff import diff
from nbmodelver.views.figures import plural, size
from nbmodelver.views.log import log
from nbmodelver.views.merge import merge_plan
from nbmodelver.views.plan import plan
from nbmodelver.views.probe import probed
from nbmodelver.views.progress import Bar, Surface, Terminal
from nbmodelver.views.provenance import best, blame, cell_blame, name_history
from nbmodelver.views.refs import RefLabels, branches, note, tags
from nbmodelver.views.reports import as_json, backed_up, config, exported, forgotten, gc, sentence, verify
from nbmodelver.views.show import show
from nbmodelver.views.shown import Shown
from nbmodelver.views.stats import stats
from nbmodelver.views.status import State, status
from nbmodelver.views.text import to_text
from nbmodelver.views.upkeep import repaired
from nbmodelver.views.why import verdict, why

__all__ = [
    "Bar", "RefLabels", "Shown", "Span", "State", "Surface", "Terminal", "as_json", "backed_up", "best", "bisected",
    "blame", "branches", "cell_blame", "commit", "compare", "config", "diff", "exported", "forgotten", "gc", "log",
    "merge_plan", "name_history", "note", "plan", "plural", "probed", "repaired", "sentence", "show", "size", "stats",
    "status", "tags", "to_text", "verdict", "verify", "why",
]  # fmt: skip
