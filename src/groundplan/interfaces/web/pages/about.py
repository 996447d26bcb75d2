"""What Groundplan may be used for, its keys, and how to find a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.places import list_places, search_places
from groundplan.interfaces.web.tables import Table


@dataclass(frozen=True, slots=True)
class Law:
    """One law in plain words."""

    title: str
    text: str


_LAWS: Final = (
    Law(
        "Facts about a person belong to that person.",
        "What a page says about people, it says about groups of at least {floor}. Smaller groups "
        "are pooled over time until they are large enough, or withheld; what is withheld is shown "
        "as withheld, never as zero. Where one withheld number could be worked out from the "
        "others, those are pooled with it.",
    ),
    Law(
        "There is no ranking of people, anywhere.",
        "No table, chart, export or endpoint orders people by what they did. Who knows which part "
        "of the code is shown inside a team, because it helps to ask the right person: a few names "
        "for a place, close ones in alphabetical order, nobody's total.",
    ),
    Law(
        "Every number admits what it does not know.",
        "A number carries its unit, an interval, its sample, its definition with a version, and "
        "the rows behind it. Too little data is said in words: what there is, and what it would "
        "take.",
    ),
    Law(
        "Do not judge a person by any of it.",
        "Commits are traces, not work: reviews, help, thinking and mentoring leave few. Each "
        "signal says what it must not be used for; a number used as a target stops measuring what "
        "it did.",
    ),
    Law(
        "Advise, never act.",
        "Nothing is closed, moved or assigned. An e-mail, a post or an event in your calendar "
        "leaves only after somebody's yes to its words. A decision, such as two accounts being one "
        "person, is yours, is kept with its reason, and can be taken back.",
    ),
    Law(
        "Your facts stay here.",
        "No page loads anything from elsewhere. One cookie says that you are signed in, and "
        "nothing else. Nothing is written into the repositories, hosts and trackers that are read.",
    ),
)


def laws(floor: int) -> tuple[Law, ...]:
    """The laws that every page keeps. floor: the smallest group that a number is about."""
    return tuple(Law(law.title, law.text.format(floor=floor)) for law in _LAWS)


def trust(visit: Visit) -> Page:
    """`/about/trust`: the laws."""
    held = laws(visit.scope.floor)
    return Page(
        title="What this may be used for",
        template="trust.html",
        data={"laws": held},
        view=held,
        table=Table(("Law", "What it means"), [(law.title, law.text) for law in held]),
        markdown="The laws that every page keeps.",
    )


def keys() -> Page:
    """`/about/keys`: what the keyboard does."""
    rows = [
        ("Ctrl K, or /", "find a page, signal, area or act"),
        ("g t, g s, g a", "team page, signals, areas"),
        ("j, k", "next and previous finding"),
        ("arrow keys", "along the points of a chart"),
        ("?", "the list of keys"),
    ]
    return Page("Keys", "keys.html", {}, rows, Table(("Key", "Does"), rows), "What keys do.")


def find(visit: Visit, text: str) -> Page:
    """`/find?q=`: pages, acts, signals and areas by name."""
    places = visit.recall("places", lambda: list_places(visit))
    found = search_places(places, text)
    return Page(
        title="Find",
        template="find.html",
        data={"q": text, "places": found[:200]},
        view=found,
        table=Table(("Name", "Kind", "Address"), [(p.name, p.kind, p.href) for p in found]),
        markdown="Places in this workspace.",
    )
