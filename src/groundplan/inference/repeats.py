"""What comes again and again: titles that are about one thing, found by the words they share."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.similarity import find_words

MOST: Final = 400  # titles that are compared, each with each
NEAR: Final = 0.5  # mean cosine within a group
TOGETHER: Final = 2  # words that two titles share at least
LEAST: Final = 3  # at the third time one looks for the cause
SHARED: Final = 0.6  # of a group's titles hold a word that names it


@dataclass(frozen=True, slots=True)
class Repeat:
    """Titles about one thing. words: that most of them share, most telling first; rows: which."""

    words: tuple[str, ...]
    rows: tuple[int, ...]


def find_repeats(titles: Sequence[str], least: int = LEAST) -> list[Repeat]:
    """Groups of at least so many of the first MOST titles, largest first.

    Two titles are as near as the cosine of the words that other titles hold too, weighted by
    rarity, and not at all where they share a single word. Average linkage: a title joins a group
    that it is near to as a whole, so that a chain of neighbours makes no group.

    Source: Manning, Raghavan and Schuetze (2008), Introduction to information retrieval, 6 and 17.
    """
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - 0.1 s
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    said = [set(find_words(title)) for title in titles[:MOST]]
    if len(said) < max(2, least):
        return []
    often = Counter(word for words in said for word in words)
    known = sorted(word for word, count in often.items() if count > 1)
    held = np.array([[word in words for word in known] for words in said]).reshape(len(said), -1)
    rows = held * np.array([math.log1p(len(said) / often[word]) for word in known])
    length = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    rows = rows / np.where(length > 0, length, 1)
    shared = held.astype(np.float64) @ held.T
    distance = np.where(shared >= TOGETHER, np.clip(1 - rows @ rows.T, 0, 1), 1.0)
    np.fill_diagonal(distance, 0)
    cluster = fcluster(linkage(squareform(distance, checks=False), "average"), 1 - NEAR, "distance")
    found = []
    for number, count in Counter(cluster.tolist()).items():
        if count >= least:
            inside = tuple(np.flatnonzero(cluster == number).tolist())
            found.append(Repeat(_name([said[row] for row in inside], often), inside))
    return sorted((one for one in found if one.words), key=lambda one: (-len(one.rows), one.rows))


def _name(said: Sequence[set[str]], often: Counter[str]) -> tuple[str, ...]:
    inside = Counter(word for words in said for word in words)
    shared = [word for word, count in inside.items() if count >= SHARED * len(said)]
    return tuple(sorted(shared, key=lambda word: (often[word], word))[:4])
