"""How near a text is to a question: words of code and prose, weighted by how rare they are.

Small on purpose: a repository's subjects and paths need no index and no vectoriser.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

NAME_COUNTS: Final = 2.0  # a path's own words, against the subjects of its changes
TO_THE_POINT: Final = 0.6  # of the best subject's points; a commit below is about something else
ENOUGH: Final = 5  # commits that count for a file: many weak words make no strong one
WORTH: Final = 0.25  # of the best file's points

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_STOP = frozenset(
    "a about and are be by can could do does for from had has have how i in is it me of on or our "
    "should that the their there these they this to use used was we what when where which who why "
    "will with would you your know knows ask work works".split()
)


def find_words(text: str) -> list[str]:
    """The words of a text, names taken apart (`parseURL_fast` is parse, url, fast), stemmed."""
    return [stem for word in _WORD.findall(text) if (stem := _stem(word.lower())) not in _STOP]


def _stem(word: str) -> str:
    """The common beginning of a word's forms: cookie and cookies, entry and entries, cached."""
    if word.endswith("s") and not word.endswith("ss") and len(word) > 4:
        word = word[:-1]
    for ending in ("ing", "ed", "ie", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def score_texts(
    query: Sequence[str], texts: Sequence[Sequence[str]], frequency: Mapping[str, int], of: int
) -> Floats:
    """BM25 of each text for the query's words [points], k1 = 1.2, b = 0.5 (Robertson et al. 1994).

    frequency: how many of `of` texts contain a word; `texts` may be only those with any of them.
    """
    wanted = set(query)
    mean = max(1.0, sum(map(len, texts)) / max(1, len(texts)))
    scores = np.zeros(len(texts))
    for row, words in enumerate(texts):
        length = 1.2 * (0.5 + 0.5 * len(words) / mean)
        for word, times in Counter(words).items():
            if word in wanted:
                seen = frequency.get(word, 0)
                rarity = math.log1p((of - seen + 0.5) / (seen + 0.5))
                scores[row] += rarity * times * 2.2 / (times + length)
    return scores


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text file, from 1."""

    path: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Mentions:
    """Where a symbol occurs: lines that define it, code that uses it, documents that name it."""

    defined: tuple[Line, ...]
    used: tuple[tuple[str, int], ...]
    written: tuple[Line, ...]


_DOCUMENT = re.compile(r"\.(md|rst|txt|adoc)$|(^|/)README[^/]*$", re.IGNORECASE)
_SYMBOL = re.compile(r"[A-Za-z_$][\w$]*(?:[.:#]+[\w$]+)*[!?]?(?:\(\))?")
_DEFINES = (
    r"^\s*(?:(?:export|public|private|protected|static|async|abstract|inline|extern|pub) )*"
    r"(?:def|class|function|func|fn|struct|enum|union|interface|trait|module|type|typedef|macro|"
    r"#\s*define|const|let|var)\b[^=(]*\b{0}\b|^func \([^)]*\) {0}\b|"
    r"^{0}\s*(?::[^=]*)?=(?!=)|^\w[\w\s*]*\b{0}\s*\([^;]*$"
)


def is_document(path: str) -> bool:
    """Whether a file is prose for readers."""
    return _DOCUMENT.search(path) is not None


def as_symbol(text: str) -> str | None:
    """The last name of `pkg.Class.method()`; None if the text is not a symbol."""
    if not _SYMBOL.fullmatch(text):
        return None
    return re.split(r"[.:#]+", text.removesuffix("()"))[-1]


def sort_mentions(symbol: str, lines: Iterable[tuple[str, int, str]]) -> Mentions:
    """Lines that hold a symbol as a whole word, apart by what they do with it."""
    word = re.compile(rf"(?<!\w){re.escape(symbol)}(?!\w)")
    defines = re.compile(_DEFINES.format(re.escape(symbol)))
    defined: list[Line] = []
    used: Counter[str] = Counter()
    written: dict[str, Line] = {}
    for line in (Line(*row) for row in lines):
        if not word.search(line.text):
            continue
        if is_document(line.path):
            written.setdefault(line.path, line)
        elif defines.search(line.text):
            defined.append(line)
        else:
            used[line.path] += 1
    defined.sort(key=lambda line: _how_hidden(symbol, line))
    return Mentions(tuple(defined), tuple(used.most_common()), tuple(written.values()))


def _how_hidden(symbol: str, line: Line) -> tuple[int, bool]:
    """A definition at the margin comes before a method, one in a file of its name before others."""
    indent = len(line.text) - len(line.text.lstrip())
    return indent, symbol.lower() not in line.path.lower()


def rank_documents(words: Sequence[str], lines: Iterable[tuple[str, int, str]]) -> list[Line]:
    """The first line of each document that speaks of `words`, best document first.

    A document's name counts twice, a heading three times.
    """
    texts: dict[str, list[str]] = {}
    first: dict[str, Line] = {}
    for line in (Line(*row) for row in lines if is_document(row[0])):
        said = find_words(line.text)
        heading = line.text.startswith(("#", "="))
        texts.setdefault(line.path, 2 * find_words(line.path)).extend(3 * said if heading else said)
        first.setdefault(line.path, line)
    frequency = Counter(word for said in texts.values() for word in set(said))
    points = score_texts(words, list(texts.values()), frequency, 2 * len(texts))
    found = list(first.values())
    return [found[int(i)] for i in np.argsort(-points, kind="stable") if points[int(i)] > 0]


def rank_files(
    words: Sequence[str],
    subjects: Mapping[str, str],
    touched: Iterable[tuple[str, str, int, int]],
    paths: Sequence[str],
    frequency: Mapping[str, int],
    of: int,
    most: int,
) -> list[tuple[str, str]]:
    """Files that a question is about, and why, best first; at most `most`.

    subjects: of commits that hold a word, by id. touched: path, commit, files of the commit,
    changes of the path.
    paths: those that hold a word. frequency: how many of `of` commits' subjects hold a word.
    A commit of many files speaks less about each, and a file that changes with everything (a
    changelog) is about nothing.
    """
    commits = list(subjects)
    points = score_texts(words, [find_words(subjects[one]) for one in commits], frequency, of)
    least = TO_THE_POINT * float(points.max(initial=0.0))
    point = {c: p for c, p in zip(commits, points.tolist(), strict=True) if p > 0 and p >= least}
    said_of: defaultdict[str, list[float]] = defaultdict(list)
    why: dict[str, str] = {}
    for path, commit, files, changes in touched:
        if commit in point:
            telling = math.log1p(of / max(1, changes)) / math.log1p(of)
            said_of[path].append(telling * point[commit] / (1 + math.log(files)))
            why.setdefault(path, f"changed by “{subjects[commit][:70]}”")
    scores = {path: sum(sorted(said)[-ENOUGH:]) for path, said in said_of.items()}
    named = [find_words(path) for path in paths]
    often = Counter(word for one in named for word in set(one))
    for path, said in zip(paths, score_texts(words, named, often, of).tolist(), strict=True):
        if said > 0:
            scores[path] = scores.get(path, 0.0) + NAME_COUNTS * said
            why[path] = "its path says so"
    worth = WORTH * max(scores.values(), default=0.0)
    order = sorted(scores, key=lambda path: (-scores[path], path))[:most]
    return [(path, why[path]) for path in order if scores[path] > worth]
