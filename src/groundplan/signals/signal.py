"""The shape of a signal: what one file in this folder declares.

A signal is one SQL text that selects, one pure function that estimates, one that speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import Unit

Rows: TypeAlias = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Block:
    """Adjacent weeks pooled until enough people stand behind them; half-open dates."""

    start_on: date
    end_on: date

    @property
    def weeks(self) -> int:
        """Length [weeks]."""
        return (self.end_on - self.start_on).days // 7


@dataclass(frozen=True, slots=True)
class Sample:
    """What an estimator gets: the selected rows, and the weeks they may fall into.

    rows: columns of the signal's SQL; always a `week` (datetime64[D], a Monday).
    weeks: every Monday of the span, also those without rows, shape (w,).
    """

    rows: Rows
    weeks: npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Part:
    """One named part of a reading, such as a work kind or an area, never a person."""

    name: str
    value: Measured


@dataclass(frozen=True, slots=True)
class Point:
    """The signal in one block of time."""

    block: Block
    value: Measured


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows, and people behind them, one block holds: the finest that may be shown."""

    block: Block
    rows: int
    people: int


@dataclass(frozen=True, slots=True)
class Excluded:
    """Rows that were left out, and why."""

    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One signal measured on one scope: all that a page needs to be honest about it.

    now: over `window`; before: over the equally long window before it; change: now against
    before, as a ratio (or a difference of shares), with its interval. stands_out: whether that
    change may be claimed in a sentence (inference/standing_out.py). counted: the
    blocks of `window`, oldest first.
    """

    signal: str
    version: int
    repos: tuple[str, ...]
    window: Block
    now: Measured
    before: Measured
    change: Measured
    series: tuple[Point, ...]
    parts: tuple[Part, ...]
    people: int
    rows: int
    excluded: tuple[Excluded, ...]
    snapshot: int
    counted: tuple[Counted, ...] = ()
    stands_out: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence worth reading, and where it comes from.

    weight: how much it deserves a reader's minute, 0 to 1; the start page shows the heaviest.
    about: the signal or practice it comes from; href: the page with its rows.
    detail: one more sentence: what to do, or what it may not be taken for.
    repo: the repository it is about, named where a workspace has several.
    """

    about: str
    sentence: str
    weight: float
    detail: str
    href: str
    evidence: Estimate | None = None
    repo: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that can be read off facts.

    name: also the file's name. title: for people. says: the question it answers, with the unit.
    counts, leaves_out: the definition in words. misuse: what it must not be used for.
    source: the paper or standard behind it. model: the interval's model in words.
    select: SQL in the common subset over the mart's tables (docs/architecture.md), parameters
      `:since`, `:until` (timestamps, half-open) and the table `scope_repos(repo)`.
      It yields `week`, and `person_id` unless `about_people` is false.
    minimum: the smallest sample that is estimated, counted in `minimum_of`.
    about_people: whether the small-group rule applies (it does, unless rows are only files).
    estimate: pure; the value over all weeks of a sample.
    speak: pure; a finding, if the reading is worth a sentence.
    parts_in_order: whether parts follow each other, as stages do, rather than the largest first.
    """

    name: str
    title: str
    version: int
    says: str
    unit: Unit
    counts: str
    leaves_out: str
    misuse: str
    source: str
    model: str
    select: str
    minimum: int
    minimum_of: str
    estimate: Callable[[Sample], Measured]
    speak: Callable[[Reading], Finding | None]
    parts: Callable[[Sample], tuple[Part, ...]] | None = None
    parts_in_order: bool = False
    about_people: bool = True
    window_weeks: int = 13
    tags: tuple[str, ...] = field(default=())
