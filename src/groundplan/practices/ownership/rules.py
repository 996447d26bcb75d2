"""Who knows, whom to ask: the rows, the settings chosen on evidence, and the pure numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias
from urllib.parse import quote

from groundplan.facts.areas import name_area
from groundplan.inference import go_to_hits
from groundplan.inference.expertise import AVELINO
from groundplan.inference.go_to import ACTIVE_DAYS, METHOD, DeclaredOwner, Expert
from groundplan.signals.signal import Finding
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.units import FILES, PEOPLE, Files, People, Share

PAGE: Final = "/ownership"
NEED_FILES: Final = 10  # before a truck factor is computed
HAND_OVER: Final = 20  # files listed at most
SHOWN: Final = 8  # places and documents of an answer at most
HITS: Final = 400  # lines of documents that an answer looks at
LINES: Final = 20_000  # of everything: where a symbol is defined may come late
SEARCHED: Final = 3  # words of a question, the rarest, in the documents
Experts: TypeAlias = tuple[Expert, ...]


@dataclass(frozen=True, slots=True)
class MapInputs:
    """Which repository and which part of the tree; all where left empty."""

    repo: str = field(default="", metadata={"help": "repository; all if left out"})
    prefix: str = field(default="", metadata={"help": "only files below this path"})


@dataclass(frozen=True, slots=True)
class OffboardInputs:
    """Whose departure to simulate."""

    people: str = field(metadata={"help": "who leaves: names or addresses, separated by commas"})
    repo: str = field(default="", metadata={"help": "repository; all if left out"})


@dataclass(frozen=True, slots=True)
class AskInputs:
    """What somebody wants to know more about."""

    what: str = field(metadata={"help": "a path, a glob, a symbol, or a question in words"})
    repo: str = field(default="", metadata={"help": "repository; all if left out"})


@dataclass(frozen=True, slots=True)
class AreaKnowledge:
    """knowers: active people; leaver_files: what one departure orphans at most; code: no prose."""

    repo: str
    area: str
    living_files: Files
    code_share: Share
    changes: int
    last_on: date | None
    knowers: People | Unknown
    files_known_by_one: Files
    files_known_by_nobody: Files
    leaver_files: Files
    go_to: Experts
    silent: Experts
    declared: tuple[DeclaredOwner, ...]


@dataclass(frozen=True, slots=True)
class KnowledgeMap:
    """The areas, those with most to lose first; how they were judged, and how often that held."""

    prefix: str
    areas: tuple[AreaKnowledge, ...]
    method: str = METHOD
    checked: str = f"{go_to_hits.say_knowers()} {go_to_hits.say_people()}"


@dataclass(frozen=True, slots=True)
class LostArea:
    """Files of an area that nobody is left to know. next_best: whom to ask then."""

    repo: str
    area: str
    lost: Files
    living_files: Files
    next_best: Experts = ()


@dataclass(frozen=True, slots=True)
class TruckFactorRow:
    """Of a repository (area empty) or an area. people: alphabetical; silent: of them, gone."""

    repo: str
    area: str
    factor: Measured
    people: tuple[str, ...]
    silent: People
    lost: tuple[LostArea, ...]


@dataclass(frozen=True, slots=True)
class TruckFactors:
    """Repositories, each followed by its areas."""

    rows: tuple[TruckFactorRow, ...]
    method: str = AVELINO
    checked: str = go_to_hits.say_maintainers()


@dataclass(frozen=True, slots=True)
class HandOver:
    """One file to hand over, and who comes next in knowing it."""

    repo: str
    path: str
    changes: int
    next_best: str


@dataclass(frozen=True, slots=True)
class Departure:
    """What leaves with somebody; areas and files in the order in which to hand them over."""

    people: tuple[str, ...]
    orphaned: Files
    living_files: Files
    areas: tuple[LostArea, ...]
    hand_over: tuple[HandOver, ...]
    method: str = METHOD


@dataclass(frozen=True, slots=True)
class Place:
    """A file (and a line of it, if known) that an answer rests on."""

    repo: str
    path: str
    line: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """people: likely to change it next; silent: knew it; reviewers: review or merge there.

    declared: owners by CODEOWNERS. *_checked: how often such answers came true.
    """

    what: str
    kind: str
    places: tuple[Place, ...]
    documents: tuple[Place, ...]
    people: Experts
    silent: Experts
    reviewers: Experts
    declared: tuple[DeclaredOwner, ...]
    people_checked: str = go_to_hits.say_people()
    reviewers_checked: str = go_to_hits.say_reviewers()
    declared_checked: str = go_to_hits.say_declared()


def _of_map(sentence: str, weight: float, detail: str, area: AreaKnowledge) -> Finding:
    href = f"{PAGE}?prefix={quote(area.area)}"
    return Finding("ownership.map", sentence, weight, detail, href, repo=area.repo)


def speak_of_areas(areas: Sequence[AreaKnowledge]) -> list[Finding]:
    """The area that loses most with one person, and the one that nobody knows any more."""
    found, total = [], max(1, sum(area.living_files for area in areas))
    alone = [area for area in areas if area.knowers == 1]
    risks = {a.leaver_files * a.code_share * (1 + (a in alone)): a for a in areas}
    if risks and (risk := max(risks)):
        one = risks[risk]
        known = f"Only one person knows {name_area(one.area)}; if that person leaves"
        sentence = (
            f"{known if one in alone else f'If one person leaves {name_area(one.area)}'}, "
            f"{FILES.say(one.leaver_files)} of {one.living_files:,} lose their last expert."
        )
        detail = f"One person alone knows {len(alone)} of {len(areas)} areas. Reviews spread it. "
        detail += go_to_hits.say_knowers()
        weight = 0.5 + 0.45 * math.sqrt(risk / 2 / total)
        found.append(_of_map(sentence, weight, detail, one))
    forgotten = [area for area in areas if area.knowers == 0 and area.files_known_by_nobody]
    if forgotten:
        one = max(forgotten, key=lambda area: (area.files_known_by_nobody, area.area))
        sentence = (
            f"Nobody who is still active knows {name_area(one.area)}: "
            f"{one.files_known_by_nobody:,} of {FILES.say(one.living_files)} have no expert left."
        )
        detail = "Code at rest may stay so; before it changes, plan time to read it. "
        detail += go_to_hits.say_knowers()
        weight = 0.35 + 0.3 * math.sqrt(one.files_known_by_nobody / total)
        found.append(_of_map(sentence, weight, detail, one))
    return found


def speak_of_truck_factor(row: TruckFactorRow) -> list[Finding]:
    """The repository's truck factor in a sentence, with those who have gone silent already."""
    if isinstance(row.factor, Unknown) or not row.factor.value:
        return []
    factor = int(row.factor.value)
    who, about = "one person" if factor == 1 else PEOPLE.say(factor), "ownership.truck_factor"
    sentence = f"Without {who}, more than half of the files have no author left"
    if row.silent:
        sentence += f"; {row.silent} of {factor} already silent for {ACTIVE_DAYS} days"
    weight = (0.8 if factor <= 2 else 0.5 if factor <= 5 else 0.3) + (0.1 if row.silent else 0)
    detail = f"{AVELINO} {go_to_hits.say_maintainers()}"
    return [Finding(about, f"{sentence}.", weight, detail, PAGE, row.factor, row.repo)]


def speak_of_owners(by: str, silent_days: Sequence[float], floor: int, repo: str) -> list[Finding]:
    """That declared owners went silent: how many of a group, never who."""
    silent, people = sum(days > ACTIVE_DAYS for days in silent_days), len(silent_days)
    if not silent or people < floor:
        return []
    named = f"{silent} of the {people:,} people recognised in {by}"
    sentence = f"{named} have landed nothing for {ACTIVE_DAYS} days."
    detail = f"Reviews are asked of them all the same. {go_to_hits.say_declared()}"
    return [Finding("ownership.map", sentence, 0.5, detail, f"{PAGE}#map", repo=repo)]
