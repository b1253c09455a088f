"""Whether a dict holds labels or settings, told from its name and its keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


OF_SETTINGS = _set(
    """
    args cfg conf config configuration grid hparams hyperparameters kwargs options opts param parameters params settings
    space
    """
)
"""Words in the name of a dict that holds settings."""
OF_LABELS = _set(
    """
    categories category class classes code codes dictionary encoder encoding id ids index itos label labels lookup map
    mapping maps names stoi target targets token tokens vocab vocabulary
    """
)
"""Words in the name of a label map."""
SETTINGS = _set(
    """
    alpha batch beta bins channels clusters components degree depth dim dropout embedding epoch epochs estimators
    features filters fold folds gamma heads height hidden iter iterations jobs kernel layer layers leaf leaves lr max
    min momentum n neighbors num padding patience port random rate repeats rounds samples seed size split splits state
    steps stride threads threshold tol trees units verbose warmup width window workers
    """
)
"""Words in the names of settings."""


def words_of(name: str) -> frozenset[str]:
    """The words of a name: label2id, classNames and max_depth have two.

    >>> from nbmodelver.comparison.models.label_names import words_of
    >>> sorted(words_of("label2id"))
    ['id', 'label']
    """
    return frozenset(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))


def names_labels(name: str) -> bool:
    """True for the name of a label map."""
    return bool(words_of(name) & OF_LABELS)


def are_settings(name: str, keys: Sequence[str] = ()) -> bool:
    """True if a name, or half of the keys, are those of settings. A name of labels decides."""
    if names_labels(name):
        return False
    return bool(words_of(name) & OF_SETTINGS) or (
        bool(keys) and 2 * sum(bool(words_of(key) & SETTINGS) for key in keys) >= len(keys)
    )
