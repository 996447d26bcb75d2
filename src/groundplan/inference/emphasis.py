"""What a series of documents speaks about, how much, and what it no longer mentions."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from groundplan.terms.units import Share

LEAST_DOCUMENTS: Final = 3  # that name a topic before it is followed
MOST_TOPICS: Final = 30
SELDOM: Final = 0.05  # a silence that comes by chance less often than that is told
LONGEST_GAP: Final = 6  # words within which a named topic's words stand together

_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*[^\W_]|[^\W\d_]|[.,:;!?()\n]")
_STOP: Final = frozenset(
    """a about above after again against all also am an and any are as at be because been before
    being below between both but by can cannot could did do does doing done down during each even
    every few first for from further get gets getting go goes going good got great had has have
    having he her here hers him his how however i if in into is it its itself just keep know last
    let like make makes making many may me might more most much must my need needs new next no nor
    not now of off on once one only or other our ours out over own per please put rather re really
    same see set shall she should since so some still such take than thank thanks that the their
    them then there these they thing things this those three through time to today too two under
    until up us use used using very want was way we week well were what when where whether which
    while who whom why will with within without work working would year yes yet you your""".split()
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic through the documents, oldest first.

    mentions: in each document; per_thousand: of its words. silent: documents since the last that
    names it. chance: that a topic named by as many documents, in any order, is silent for as long
    at the end [share].
    """

    name: str
    mentions: tuple[int, ...]
    per_thousand: tuple[float, ...]
    silent: int
    chance: Share

    @property
    def documents(self) -> int:
        """How many documents name it [documents]."""
        return sum(count > 0 for count in self.mentions)

    @property
    def fell_silent(self) -> bool:
        """Whether its silence is longer than chance explains."""
        return self.silent > 0 and self.chance < SELDOM


def follow_topics(texts: Sequence[str], named: Iterable[str] = ()) -> list[Topic]:
    """The topics of documents in order of time: those named, then what is said most.

    named: such as key results; a document mentions one where two of its telling words, or its
    only one, stand near each other. Found by themselves are words and pairs of words that at
    least three documents hold; a word that mostly stands in a found pair is not told again.
    """
    said = [_words(text) for text in texts]
    sizes = [max(1, sum(map(bool, words))) for words in said]
    found = [
        _follow(name, [_near(words, telling) for words in said], sizes)
        for name in dict.fromkeys(named)
        if (telling := {word for word in _words(name) if word and word not in _STOP})
    ]
    counts = [Counter(_terms(words)) for words in said]
    found += [_follow(term, [count[term] for count in counts], sizes) for term in _choose(counts)]
    return found


def chance_of_silence(documents: int, named: int, silent: int) -> float:
    """How likely a topic of `named` of so many documents is silent in the last ones [share].

    Exact, if every order of the documents is as likely as any other: no date is chosen from what
    is seen.

    Source: Fisher (1935), The design of experiments, chapter 2 (hypergeometric).
    Errors: ValueError unless named + silent <= documents.
    """
    if named + silent > documents:
        raise ValueError(f"{named} and {silent} of {documents} documents")
    return math.comb(documents - silent, named) / math.comb(documents, named)


def _follow(name: str, mentions: Sequence[int], sizes: Sequence[int]) -> Topic:
    held = [nr for nr, count in enumerate(mentions) if count]
    silent = len(mentions) - 1 - held[-1] if held else len(mentions)
    chance = chance_of_silence(len(mentions), len(held), silent)
    per = tuple(1000 * count / size for count, size in zip(mentions, sizes, strict=True))
    return Topic(name, tuple(mentions), per, silent, chance)


def _choose(counts: Sequence[Counter[str]]) -> list[str]:
    """The terms that most is said of, in at least LEAST_DOCUMENTS; no word twice."""
    whole, documents = Counter[str](), Counter[str]()
    for count in counts:
        whole.update(count)
        documents.update(count.keys())
    terms = [term for term, n in documents.items() if n >= LEAST_DOCUMENTS]
    terms.sort(key=lambda term: (-whole[term] * (2 if " " in term else 1), term))
    chosen: list[str] = []
    taken: set[str] = set()
    for term in terms:
        if taken.isdisjoint(term.split()):
            chosen.append(term)
            taken.update(term.split())
        if len(chosen) == MOST_TOPICS:
            break
    return chosen


def _words(text: str) -> list[str]:
    """The words of a text, nothing where a sentence or a part of one ends."""
    found = (word.casefold().removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text))
    return [word if word[0].isalpha() else "" for word in found]


def _terms(words: Sequence[str]) -> Iterable[str]:
    telling = [word if word not in _STOP and len(word) > 2 else "" for word in words]
    yield from filter(None, telling)
    yield from (f"{first} {second}" for first, second in pairwise(telling) if first and second)


def _near(words: Sequence[str], telling: set[str]) -> int:
    """How often telling words stand together: two of them, or the only one."""
    places = [(nr, word) for nr, word in enumerate(words) if word in telling]
    if len(telling) == 1:
        return len(places)
    found, last = 0, -LONGEST_GAP - 1
    for (at, word), (then, other) in pairwise(places):
        if word != other and then - at <= LONGEST_GAP and at > last:
            found, last = found + 1, then
    return found
