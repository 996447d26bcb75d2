"""Which goal each piece of work serves, and which kind it is: what people said first, then chances.

Nobody's name takes part: whose work it is must not tell what it is for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Final, TypeAlias

import numpy as np

from groundplan.facts.traced_work import ITEM, Work
from groundplan.facts.work_kinds import sort_path
from groundplan.inference.arrays import Floats
from groundplan.inference.text_classes.classifier import TextClasses, learn, tell
from groundplan.inference.text_classes.features import Writing
from groundplan.records.alignment import NO_GOAL, STRATEGIC, WORK_KINDS, Alignment, How, Rule
from groundplan.records.goals import Goal

LEAST_LABELS: Final = 10  # pieces of work; from fewer nothing is learnt
MOST_LEARNT: Final = 240  # pieces of work; more would make a page wait
SAID: Final = 0.9  # of work for a goal, by assumption, what rules, names or words say so of
OTHERS: Final = WORK_KINDS[1:]  # what work is that serves no goal
LEARNT, ITS_WORDS = "learnt", "its words"
UNDECIDED: Final = (LEARNT, ITS_WORDS)  # what only chances say
HOWS: Final[tuple[How, ...]] = ("key", "epic", "label", "path", "word")

# By definition, not by measurement: what work without a goal is, by its sign. In the order of
# OTHERS: punch list, support, maintenance, unplanned. A fix that somebody planned names its item.
_BY_SIGN: Final = {
    "feature": (0.85, 0.03, 0.07, 0.05),
    "fix": (0.25, 0.05, 0.05, 0.65),
    "planned fix": (0.70, 0.05, 0.05, 0.20),
    "support": (0.05, 0.85, 0.05, 0.05),
    "other": (0.35, 0.05, 0.40, 0.20),
}
_UPKEEP: Final = (0.05, 0.02, 0.90, 0.03)  # test, docs, build, chore


@dataclass(frozen=True, slots=True)
class Told:
    """What is beyond doubt of a piece of work: None where nobody said. how: what said so; rule:
    its number, 0 for none."""

    goal: str | None
    kind: str | None
    how: str
    rule: int = 0


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where pieces of work belong. goals: "" first, for none; goal: the chance of each, shape
    (n, goals); kind: of each of WORK_KINDS, shape (n, 5); how: what says so."""

    goals: tuple[str, ...]
    goal: Floats
    kind: Floats
    how: tuple[str, ...]


Says: TypeAlias = Callable[[Work], Told]


@dataclass(frozen=True, slots=True)
class Attributor:
    """Attributes any work. kinds, whither: learnt, None where labels are too few."""

    says: Says
    goals: tuple[str, ...]
    kinds: TextClasses | None
    whither: TextClasses | None

    @property
    def learnt_from(self) -> int:
        """Labelled pieces of work that kinds were learnt from [pieces]."""
        return self.kinds.learnt_from if self.kinds else 0


def prepare(works: Sequence[Work], said: Alignment, goals: Sequence[Goal]) -> Attributor:
    """Learn from what was said of the works, so that the rest can be attributed."""
    says = _rule_on(works, said, goals)
    told = [says(work) for work in works]
    named = sorted({one.goal for one in told if one.goal} | said.named_goals)
    kinds = [
        (work, OTHERS.index(one.kind))
        for work, one in zip(works, told, strict=True)
        if one.kind in OTHERS
    ]
    return Attributor(
        says, (NO_GOAL, *named), _learn_kinds(kinds), _learn_goals(works, told, named)
    )


def attribute(by: Attributor, works: Sequence[Work]) -> Attribution:
    """Where each piece of work belongs.

    Where it is known which goal a piece serves it is strategic, unless somebody said another kind;
    else it is strategic with the chance that it serves any goal.
    """
    told = [by.says(work) for work in works]
    writings = [write(work) for work in works]
    others = np.array([beforehand(work) for work in works]).reshape(len(works), len(OTHERS))
    goal = np.zeros((len(works), len(by.goals)))
    goal[:, 0] = 1.0
    if works and by.kinds is not None:
        others = tell(by.kinds, writings, others)
    if works and by.whither is not None:
        goal = _leave_unsaid(tell(by.whither, writings, np.ones_like(goal)))
    for row, one in enumerate(told):
        if one.goal is not None:
            goal[row] = np.array(by.goals) == one.goal
    aligned = 1 - goal[:, :1]
    kind = np.hstack([aligned, (1 - aligned) * others])
    for row, one in enumerate(told):
        if one.kind is not None:
            kind[row] = np.array(WORK_KINDS) == one.kind
    guessed = LEARNT if by.kinds is not None or by.whither is not None else ITS_WORDS
    return Attribution(by.goals, goal, kind, tuple(one.how or guessed for one in told))


def _leave_unsaid(said: Floats) -> Floats:
    """The chance of each goal for work of which nobody said one, shape (n, goals), none first.

    said: the chance that work like it would have been said to serve each. Most work for a goal is
    said to be; of what is not, only what looks much like it is likely to be, and never likelier.

    Source: Elkan and Noto (2008), Learning classifiers from only positive and unlabeled data, KDD.
    """
    odds = said[:, 1:] / np.maximum(said[:, :1], 1e-12)
    lifted = np.minimum(said[:, 1:], odds * (1 - SAID) / SAID)
    return np.hstack([1 - lifted.sum(axis=1, keepdims=True), lifted])


def write(work: Work) -> Writing:
    """A piece of work as the classifier reads it: its title, its files' sorts, its size."""
    traits = [f"sign {work.sign}", *(f"label {label}" for label in work.labels)]
    traits += [f"part of {epic}" for epic in work.epics]
    traits += list_traits(work.paths, work.files, work.lines)
    return Writing(work.title, "", tuple(traits))


def list_traits(
    paths: Sequence[str], files: int | None, lines: tuple[int, int] | None
) -> list[str]:
    """What files and sizes say of a commit, as words."""
    found = [f"sort {sort}" for sort in {sort_path(path) for path in paths}]
    found += [f"in {place}" for place in {path.split("/")[0] for path in paths if "/" in path}]
    found += [f"ends {end}" for end in {PurePosixPath(path).suffix for path in paths}]
    if files is not None:
        found.append(f"files {int(np.log2(files + 1))}")
    if lines is not None:
        added, deleted = lines
        found.append(f"added {int(np.log2(added + 1))}")
        found.append(f"deleted {int(np.log2(deleted + 1))}")
        found.append(
            f"grows {int(np.sign(added - 2 * deleted)) + int(np.sign(2 * added - deleted))}"
        )
    return found


def beforehand(work: Work) -> tuple[float, ...]:
    """The chance of each of OTHERS by the work's sign, if it serves no goal."""
    planned = work.sign == "fix" and bool(work.keys) and not work.work.startswith(ITEM)
    return _BY_SIGN.get("planned fix" if planned else work.sign, _UPKEEP)


def _rule_on(works: Iterable[Work], said: Alignment, goals: Sequence[Goal]) -> Says:
    """What people said of a piece of work: of itself, of its item, by name, by rules in order.

    Of several rules of one sort the newest goes first.
    """
    corrected = said.corrections
    of_items = {
        work.keys[0]: corrected[work.work]
        for work in works
        if work.work.startswith(ITEM) and work.work in corrected
    }
    rules = sorted(said.rules, key=lambda rule: (HOWS.index(rule.how), -rule.number))

    def says(work: Work) -> Told:
        own = corrected.get(work.work) or next(filter(None, map(of_items.get, work.keys)), None)
        if own is not None:
            return Told(own.goal, own.kind, "corrected")
        fits = [rule for rule in rules if matches(rule, work)]
        named = next((goal.goal_id for goal in goals if goal.is_named(work.title)), None)
        goal = named or next((rule.goal for rule in fits if rule.goal), None)
        kind = next((rule.kind for rule in fits if rule.kind), None)
        if kind is not None and goal is None:
            goal = NO_GOAL
        how = "named" if named else "rule" if fits else ""
        rule = fits[0].number if fits and not named else 0
        return Told(goal, kind or (STRATEGIC if goal else None), how, rule)

    return says


def matches(rule: Rule, work: Work) -> bool:
    """Whether a rule speaks of a piece of work."""
    match = rule.match
    if rule.how == "key":
        whole = not match.endswith("-")
        return any(k == match if whole else k.startswith(match) for k in work.keys)
    if rule.how == "epic":
        return match in work.epics or (work.work.startswith(ITEM) and match in work.keys)
    if rule.how == "label":
        return match.casefold() in work.labels
    if rule.how == "path":
        if "*" in match:
            return any(fnmatchcase(path, match) for path in work.paths)
        folder = match.rstrip("/")
        return any(path == folder or path.startswith(f"{folder}/") for path in work.paths)
    return re.search(rf"(?<!\w){re.escape(match)}(?!\w)", work.title, re.IGNORECASE) is not None


def _learn_kinds(labelled: Sequence[tuple[Work, int]]) -> TextClasses | None:
    if len(labelled) < LEAST_LABELS:
        return None
    some = [labelled[at] for at in _spread(len(labelled), MOST_LEARNT)]
    before = np.array([beforehand(work) for work, _ in some])
    return learn([write(work) for work, _ in some], np.array([kind for _, kind in some]), before)


def _learn_goals(
    works: Sequence[Work], told: Sequence[Told], named: Sequence[str]
) -> TextClasses | None:
    """Learnt from work whose goal is known, against the rest.

    What nobody spoke of counts as work for no goal: what is learnt is the chance that a piece
    would have been said to serve one.
    """
    mine = [at for at, one in enumerate(told) if one.goal]
    rest = [at for at, one in enumerate(told) if not one.goal]
    if len(mine) < LEAST_LABELS or not rest:
        return None
    half = MOST_LEARNT // 2
    taken, chosen = _spread(len(mine), half), _spread(len(rest), half)
    at = [*(mine[nr] for nr in taken), *(rest[nr] for nr in chosen)]
    worth = np.repeat([len(mine) / len(taken), len(rest) / len(chosen)], [len(taken), len(chosen)])
    number: Mapping[str | None, int] = {goal: nr for nr, goal in enumerate(named, start=1)}
    label = np.array([number.get(told[nr].goal, 0) for nr in at])
    before = np.ones((len(at), len(named) + 1))
    return learn([write(works[nr]) for nr in at], label, before, worth=worth)


def _spread(count: int, most: int) -> list[int]:
    """At most so many positions, evenly over all."""
    if count <= most:
        return list(range(count))
    return [int(at) for at in np.linspace(0, count - 1, most)]
