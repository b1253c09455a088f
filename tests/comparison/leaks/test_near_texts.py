"""Near duplicates of texts: found at the stated threshold, and judged by the exact Jaccard."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.leaks import near_texts as module
from nbmodelver.comparison.leaks.near_texts import jaccard, near_texts, shingles

SENTENCE = "the quick brown fox jumps over a lazy dog while seven wizards box five jugs of liquor near some old mill"
WORDS = SENTENCE.split()


def texts(count, seed):
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, 25)) for _ in range(count)]


def test_texts_with_a_small_edit_are_found():
    train, test = texts(300, 0), texts(100, 1)
    train += [f"{one} again" for one in test[:20]]
    found = near_texts(train, test, 0.8)
    assert (found.test.tolist(), found.equal, found.own, found.rows) == (list(range(20)), 0, 0, 100)


def test_case_and_blanks_do_not_matter():
    found = near_texts(["The  QUICK brown fox jumps"], ["the quick brown\nfox jumps", "another text of its own"], 0.8)
    assert (found.test.tolist(), found.equal) == ([0], 1)


def test_other_texts_are_silent():
    assert len(near_texts(texts(400, 0), texts(200, 1), 0.8).test) == 0
    assert len(near_texts(texts(5, 0), [], 0.8).test) == 0
    assert len(near_texts([], texts(5, 0), 0.8).test) == 0


def test_nulls_and_empty_texts_are_no_duplicates():
    assert len(near_texts([None, "", " "], [None, "", "x"], 0.8).test) == 0
    assert near_texts(["ab", None], ["AB", "\ud800 surrogate"], 0.8).test.tolist() == [0]


def test_the_test_set_is_compared_with_itself():
    template = texts(1, 0)[0]
    train, test = ([f"{template} number {i}" for i in numbers] for numbers in (range(50), range(50, 90)))
    found = near_texts(train, test, 0.8)
    assert (len(found.test), found.own) == (40, 40)


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_every_pair_that_is_told_reaches_the_threshold(threshold):
    train, test = texts(40, 0), texts(40, 0)
    test = [" ".join(one.split()[: 25 - i // 2]) for i, one in enumerate(test)]
    exact = {j for j, b in enumerate(test) if any(jaccard(shingles(a), shingles(b)) >= threshold for a in train)}
    found = set(near_texts(train, test, threshold).test.tolist())
    assert found <= exact
    assert len(found) >= 0.9 * len(exact)


def test_only_candidates_are_compared_exactly(monkeypatch):
    calls = []
    monkeypatch.setattr(module, "jaccard", lambda one, other: calls.append(1) or jaccard(one, other))
    train, test = texts(1000, 0), texts(500, 1)
    near_texts([*train, *test[:10]], test, 0.8)
    assert len(calls) < 20_000  # Of 505,000 pairs.


def test_only_the_beginning_of_a_long_text_is_read():
    long = "".join(texts(100, 3))
    assert near_texts([long + " a"], [long + " b"], 1.0).equal == 1
