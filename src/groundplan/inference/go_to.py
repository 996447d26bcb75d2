"""People to go to about a place: a few who are still around, and those who knew it and are silent.

Whatever sends somebody to somebody (ask, the map, a departure, being stuck) chooses by this rule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.expertise import Floats, calibrate, rank_people, share_interval
from groundplan.inference.go_to_hits import say_share
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.units import People

# Chosen on the tuning repositories of evidence/ownership, judged on others.
HALF_LIFE_DAYS: Final = 120.0  # of a change's weight in who comes next
MEMORY_DAYS: Final = 360.0  # half-life of a change's weight in who still knows
REVIEW_WEIGHT: Final = 0.3  # of an authored change, for a review
BACKOFF: Final = (2.0, 4.0, 8.0)  # fresh changes: file to directory, to area, to repository
REVIEW_BACKOFF: Final = (8.0, 16.0, 32.0)  # the same for who reviews or merges
PRESENCE_DAYS: Final = 5.0  # of silence halve the odds that somebody is around
CALIBRATION: Final = (0.53, -1.07)  # slope and intercept of the odds that a share comes true
EXPERT_RELATIVE: Final = 0.1  # of what the best knower still knows

ACTIVE_DAYS: Final = 180  # without landed work or a review; longer is silent
NEED_CHANGES: Final = 5  # in a place, before anything is said about who knows it
GO_TO: Final = 3  # people at most for a place
MOST_DECLARED: Final = 6  # declared owners at most
MONTH_DAYS: Final = 365.25 / 12
LEAST_SHARE: Final = 0.05  # of the next changes, to be worth asking
KNEW: Final = 0.5  # of the most touches anybody has: knew it once
CLOSE: Final = 0.8  # of the share before: listed by name, not by share

METHOD: Final = (
    f"Who comes next: a change counts half after {HALF_LIFE_DAYS:.0f} days. Who knows: half after "
    f"{MEMORY_DAYS:.0f} days, and at least {EXPERT_RELATIVE:.0%} of what the best knower has left. "
    f"A review counts {REVIEW_WEIGHT:g} of a change. Silent: {ACTIVE_DAYS} days without either."
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What n people have to do with one place, and with the wider places around it.

    levels: decayed touches [fresh changes], from the place to the repository, shape (levels, n).
    kept: what is still known of the place [fresh changes], by the slower decay, shape (n,).
    """

    names: npt.NDArray[Any]
    levels: Floats
    kept: Floats
    changes: npt.NDArray[Any]
    reviews: npt.NDArray[Any]
    last_at: npt.NDArray[np.datetime64]
    silent_days: Floats

    @classmethod
    def of(cls, rows: Mapping[str, npt.NDArray[Any]], levels: Sequence[str]) -> Crowd:
        """The crowd of columns by these names, a person a row; levels: the columns of levels."""
        last_at = np.ma.filled(rows["last_at"], np.datetime64("NaT"))
        known = np.stack([rows[level] for level in levels])
        touches = rows["kept"], rows["changes"], rows["reviews"]
        return cls(rows["name"], known, *touches, last_at, rows["silent_days"])

    def without(self, names: Sequence[str]) -> Crowd:
        """The same crowd after some have left."""
        kept = ~np.isin(self.names, names)
        return Crowd(
            self.names[kept],
            self.levels[:, kept],
            self.kept[kept],
            self.changes[kept],
            self.reviews[kept],
            self.last_at[kept],
            self.silent_days[kept],
        )


@dataclass(frozen=True, slots=True)
class Expert:
    """Somebody to ask about a place. share: of the next changes there; last_on: the month.

    held: how often such shares came true; empty where that was not looked at.
    """

    name: str
    share: Measured
    changes: int
    reviews: int
    last_on: date | None
    active: bool
    reason: str
    held: str


@dataclass(frozen=True, slots=True)
class DeclaredOwner:
    """Whom a file declares to own a place: as written, the person's name, files of the place.

    active: whether work of theirs still lands; None for a team, or somebody the history lacks.
    """

    owner: str
    name: str
    files: int
    active: bool | None
    reason: str


def spread(
    rows: Mapping[str, npt.NDArray[Any]], at: npt.NDArray[Any], people: int
) -> dict[str, npt.NDArray[Any]]:
    """Columns of some people as columns of all of them: 0, or no time, for the others."""
    found = {}
    for name, values in rows.items():
        blank = np.datetime64("NaT") if values.dtype.kind == "M" else values.dtype.type()
        found[name] = np.full(people, blank, dtype=values.dtype)
        found[name][at] = values
    return found


def find_groups(values: npt.NDArray[Any]) -> dict[Any, slice]:
    """Where each value stands in sorted values."""
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]]).tolist()
    ends = [*starts[1:], len(values)]
    return {values[a]: slice(a, b) for a, b in zip(starts, ends, strict=True) if a < b}


def choose_in_area(crowd: Crowd) -> tuple[tuple[Expert, ...], tuple[Expert, ...]]:
    """As `choose_experts`, of people who touched the area; the crowd is everybody, as rivals."""
    people, silent = choose_experts(crowd, thing="its files")
    return tuple(one for one in people if one.changes or one.reviews), silent


def choose_experts(
    crowd: Crowd, backoff: tuple[float, ...] = BACKOFF, thing: str = "it"
) -> tuple[tuple[Expert, ...], tuple[Expert, ...]]:
    """At most `GO_TO` active people to ask about a place, and those who knew it and are silent."""
    if not len(crowd.names):
        return (), ()
    narrowest = len(backoff) + 1 - len(crowd.levels)  # areas have no file and directory levels
    ranked, evidence = rank_people(
        crowd.levels, crowd.silent_days, backoff[narrowest:], PRESENCE_DAYS
    )
    shares = calibrate(ranked, *CALIBRATION)
    active = crowd.silent_days <= ACTIVE_DAYS
    touches = (crowd.changes + crowd.reviews).astype(float)
    knew = np.where(~active & (touches >= KNEW * touches.max()), touches, 0.0)
    asked = np.where(active & (shares >= LEAST_SHARE), shares, 0.0)
    checked = backoff == BACKOFF and not narrowest  # as in evidence/ownership
    asked_first = _choose(crowd, asked, shares, evidence, thing, checked)
    return asked_first, _choose(crowd, knew, shares, evidence, thing, checked)


def _choose(
    crowd: Crowd, by: Floats, shares: Floats, evidence: float, thing: str, checked: bool
) -> tuple[Expert, ...]:
    """The first few; people who are close stand in alphabetical order, for this is no ranking."""
    first = [int(i) for i in np.argsort(-by, kind="stable")[:GO_TO] if by[i] > 0]
    heads: list[float] = []
    keys = {}
    for i in first:
        if not heads or by[i] < CLOSE * heads[-1]:
            heads.append(float(by[i]))
        keys[i] = (len(heads), str(crowd.names[i]).casefold())
    n = int(crowd.changes.sum() + crowd.reviews.sum())
    chosen = []
    for i in sorted(first, key=keys.__getitem__):
        share = share_interval(float(shares[i]), evidence, n, NEED_CHANGES)
        if crowd.silent_days[i] > ACTIVE_DAYS:
            share = Unknown(f"nothing landed for {ACTIVE_DAYS} days", 0, 1, "changes")
        held = say_share(share) if checked and by[i] == by.max() else ""
        chosen.append(_describe(crowd, i, share, thing, held))
    return tuple(chosen)


def _describe(crowd: Crowd, i: int, share: Measured, thing: str, held: str) -> Expert:
    changes, reviews = int(crowd.changes[i]), int(crowd.reviews[i])
    at = crowd.last_at[i]
    month = None if np.isnat(at) else at.astype("datetime64[M]").astype(date)
    parts = [f"changed {thing} {_times(changes)}"] if changes else []
    parts += [f"reviewed {_times(reviews)}"] if reviews else []
    reason = "; ".join(parts) or "works next to it"
    if month:
        reason += f", last in {month:%B %Y}"
    active = bool(crowd.silent_days[i] <= ACTIVE_DAYS)
    return Expert(str(crowd.names[i]), share, changes, reviews, month, active, reason, held)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def describe_declared(
    place: str,
    counts: Mapping[str, int],
    files: int,
    people: Mapping[str, str],
    ids: npt.NDArray[Any],
    crowd: Crowd,
    as_of: datetime,
) -> tuple[DeclaredOwner, ...]:
    """The declared owners of a place of `files` files, those of most files first.

    place: the file that declares. counts: files by owner. people: the ids of owners
    who were recognised; ids: of the crowd.
    """
    found, nr = [], {person: i for i, person in enumerate(ids.tolist())}
    for owner, n in list(counts.items())[:MOST_DECLARED]:
        i = nr.get(people.get(owner, ""))
        some = f" for {n:,} of {files:,} files" if n < files else ""
        reason = f"declared in {place}{some}"
        if i is None:
            team = "/" in owner or owner.startswith("@@")
            reason += "" if team else ", not recognised in the history"
            found.append(DeclaredOwner(owner, "", n, None, reason))
            continue
        touched = "last touched it" if files == 1 else "last touched one of its files"
        ago = _ago(np.datetime64(as_of.replace(tzinfo=None)) - crowd.last_at[i])
        reason += f", {touched} {ago}" if ago else ", never touched it"
        active = bool(crowd.silent_days[i] <= ACTIVE_DAYS)
        found.append(DeclaredOwner(owner, str(crowd.names[i]), n, active, reason))
    return tuple(found)


def _ago(age: np.timedelta64) -> str:
    if np.isnat(age):
        return ""
    months = int(age / np.timedelta64(1, "D") / MONTH_DAYS)
    if months < 24:
        return f"{months} months ago" if months > 1 else ("a month ago", "this month")[not months]
    return f"{months // 12} years ago"


def count_knowers(crowd: Crowd) -> People | Unknown:
    """Active people who know a place [people]; Unknown below `NEED_CHANGES` changes and reviews."""
    n = int(crowd.changes.sum() + crowd.reviews.sum())
    if n < NEED_CHANGES:
        return Unknown("too few changes to tell who knows it", n, NEED_CHANGES, "changes")
    knows = crowd.kept >= EXPERT_RELATIVE * crowd.kept.max()
    return int((knows & (crowd.silent_days <= ACTIVE_DAYS)).sum())


def settings() -> dict[str, float]:
    """The parameters of `facts/knowledge.py`."""
    return {
        "fresh_rate": math.log(2) / HALF_LIFE_DAYS,
        "kept_rate": math.log(2) / MEMORY_DAYS,
        "review_weight": REVIEW_WEIGHT,
        "relative": EXPERT_RELATIVE,
        "active_days": ACTIVE_DAYS,
    }
