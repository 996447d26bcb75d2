"""Learns from labelled texts and says the chance of each class for others.

It starts from chances that are known beforehand (of rules), and moves away from them only as far
as labels carry: without any it says what the rules say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.text_classes.features import (
    COUNT,
    Vocabulary,
    Writing,
    choose_tokens,
    count_tokens,
    weigh_tokens,
)
from groundplan.inference.text_classes.softmax import (
    calibrate,
    find_root,
    fit_softmax,
    to_chances,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array
else:
    csr_array = Any

RIDGES: Final = (0.01, 0.1, 1.0)  # penalties that are tried
CAREFUL: Final = 0.1  # the penalty where texts are too few to try
FOLDS: Final = 5
ENOUGH: Final = 50  # texts: with fewer, out-of-fold chances say little about how sure to be
LEAST_CHANCE: Final = 1e-3  # of a class beforehand: no rule is certain


@dataclass(frozen=True, slots=True)
class TextClasses:
    """What was learnt: the texts themselves, shape (n, d), where each comes from, and how much each
    speaks for each class, shape (n, k). intercept: (k,); temperature: divides what they say.
    """

    known: Vocabulary
    rows: csr_array
    place: tuple[str, ...]
    shares: Floats
    intercept: Floats
    temperature: float

    @property
    def learnt_from(self) -> int:
        """Labelled texts [texts]."""
        return len(self.place)


def learn(
    texts: Sequence[Writing],
    label: Integers,
    beforehand: Floats,
    *,
    worth: Floats | None = None,
) -> TextClasses:
    """A classifier of texts into k classes.

    label: the class of each text, shape (n,). beforehand: the chance of each class from what was
    known without labels, shape (n, k). worth: what each label counts, 1 if None. How far labels
    may lead away from what was known, and how sure that makes, is chosen out of fold.

    Source: logistic regression, with each token counted once for everybody and once for its place:
    Daume (2007), Frustratingly easy domain adaptation, ACL.
    Errors: ValueError without a text.
    """
    if not len(texts):
        raise ValueError("there is nothing to learn from")
    from scipy.linalg import solve_triangular  # noqa: PLC0415 - 0.1 s

    worth = np.ones(len(texts)) if worth is None else worth / worth.mean()
    counts, field = count_tokens(texts)
    known = choose_tokens(counts, field, least=2 if len(texts) >= ENOUGH else 1)
    rows, offset = weigh_tokens(counts, known), _to_logits(beforehand)
    place = tuple(text.place for text in texts)
    root = find_root(compare(rows, place, rows, place))
    fit = _fit_careful if len(texts) < ENOUGH else _fit_best
    weights, intercept, temperature = fit(root, label, offset, worth)
    shares = solve_triangular(root, weights, trans="T", lower=True)
    return TextClasses(known, rows, place, shares, intercept, temperature)


def _fit_careful(
    root: Floats, label: Integers, offset: Floats, worth: Floats
) -> tuple[Floats, Floats, float]:
    weights, intercept = fit_softmax(root, label, offset, worth, CAREFUL)
    return weights, intercept, 1.0


def _fit_best(
    root: Floats, label: Integers, offset: Floats, worth: Floats
) -> tuple[Floats, Floats, float]:
    """With the penalty whose calibrated chances fit best what was not learnt from."""
    tried = {}
    for ridge in RIDGES:
        unseen = foretell_unseen(root, label, offset, worth, ridge)
        tried[ridge] = calibrate(unseen, offset, label, worth)
    best = min(tried, key=lambda ridge: tried[ridge].loss)
    weights, _ = fit_softmax(root, label, offset, worth, best)
    return weights, tried[best].intercept, tried[best].temperature


def tell(learnt: TextClasses, texts: Sequence[Writing], beforehand: Floats) -> Floats:
    """The chance of each class of each text, shape (n, k) [share]; each row sums to one."""
    rows = weigh_tokens(count_tokens(texts)[0], learnt.known)
    likeness = compare(rows, [text.place for text in texts], learnt.rows, learnt.place)
    moved = likeness @ learnt.shares / learnt.temperature + learnt.intercept
    return to_chances(_to_logits(beforehand) + moved)


def compare(
    rows: csr_array, place: Sequence[str], others: csr_array, their_place: Sequence[str]
) -> Floats:
    """How like each text is to each other one, shape (n, m); half as much from another place.

    Divided by what a text counts at most, so that a penalty means the same for short and long.
    """
    same = np.equal.outer(np.array(place, dtype=object), np.array(their_place, dtype=object))
    most = sum(count**2 for count in COUNT.values())
    likeness: Floats = (rows @ others.T).toarray() * (1 + same) / (2 * most)
    return likeness


def foretell_unseen(
    root: Floats, label: Integers, offset: Floats, worth: Floats, ridge: float
) -> Floats:
    """What the others say of each text, without intercept, shape (n, k) [logits]."""
    fold = np.empty(len(label), dtype=np.int64)
    fold[np.argsort(label, kind="stable")] = np.arange(len(label)) % FOLDS
    logits = np.empty_like(offset)
    for nr in range(FOLDS):
        out, rest = np.flatnonzero(fold == nr), np.flatnonzero(fold != nr)
        some = root[rest], label[rest], offset[rest], worth[rest]
        weights, _ = fit_softmax(*some, ridge)
        logits[out] = root[out] @ weights
    return logits


def _to_logits(chances: Floats) -> Floats:
    return np.log(np.clip(chances, LEAST_CHANCE, 1.0))
