"""How right and how sure a classifier was: accuracy, F1 by class, and whether its chances hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Anything, Floats, Integers
from groundplan.inference.proportions import share_of
from groundplan.terms.estimate import Measured
from groundplan.terms.units import Share

BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts whose likeliest class was said with a chance in one tenth. right: of them [share]."""

    said: Share
    right: Measured


@dataclass(frozen=True, slots=True)
class Verdict:
    """A classifier against the truth. f1: by class. macro_f1: their mean.

    ece: expected calibration error, the mean distance of said and right over texts [share].
    brier: squared error of all chances, summed over classes, mean over texts.
    """

    accuracy: Measured
    f1: tuple[float, ...]
    macro_f1: float
    ece: Share
    brier: float
    log_loss: float
    bins: tuple[Bin, ...]


def judge(chances: Floats, label: Integers) -> Verdict:
    """How right chances, shape (n, k), are about labels, shape (n,).

    Source: Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using
    Bayesian binning, AAAI (ece, ten bins of equal width); Brier (1950).
    """
    kinds = chances.shape[1]
    said, right = chances.argmax(axis=1), chances.argmax(axis=1) == label
    sure = chances.max(axis=1)
    f1 = tuple(_f1(said == kind, label == kind) for kind in range(kinds))
    tenth = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    bins, distance = [], 0.0
    for nr in np.unique(tenth).tolist():
        inside = tenth == nr
        here = float(sure[inside].mean())
        bins.append(Bin(here, share_of(int(right[inside].sum()), int(inside.sum()), "texts")))
        distance += abs(here - float(right[inside].mean())) * float(inside.mean())
    brier = float(((chances - np.eye(kinds)[label]) ** 2).sum(axis=1).mean())
    loss = float(-np.log(np.maximum(chances[np.arange(len(label)), label], 1e-12)).mean())
    accuracy = share_of(int(right.sum()), len(label), "texts")
    return Verdict(accuracy, f1, float(np.mean(f1)), distance, brier, loss, tuple(bins))


def _f1(said: Anything, true: Anything) -> float:
    both = int((said & true).sum())
    return 2 * both / max(1, int(said.sum()) + int(true.sum()))
