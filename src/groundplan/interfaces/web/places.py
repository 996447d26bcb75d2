"""Where one can go: the pages, every act, every signal, every practice, every area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.facts.areas import name_area
from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.rendering import area_href
from groundplan.interfaces.web.wording import say_label
from groundplan.usecase import Practice

NAVIGATION = (
    ("/", "Team"),
    ("/signals", "Signals"),
    ("/areas", "Areas"),
    ("/ask", "Ask"),
)
_AT_THE_FOOT = frozenset({"identities"})  # needed seldom; every page's foot links it


@dataclass(frozen=True, slots=True)
class Place:
    """Something to go to. kind: what it is, in a word."""

    name: str
    kind: str
    href: str


def list_practices(practices: Sequence[Practice]) -> tuple[tuple[str, str], ...]:
    """The links to practices, behind one word on top of every page."""
    return tuple((f"/{p.name}", say_label(p.name)) for p in practices if p.name not in _AT_THE_FOOT)


def list_places(visit: Visit) -> tuple[Place, ...]:
    """Every place, pages first, then acts, signals and areas."""
    links = (*NAVIGATION, *list_practices(visit.practices))
    pages = [Place(name, "page", href) for href, name in links]
    pages += [
        Place("Who is who", "page", "/identities"),
        Place("What this may be used for", "page", "/about/trust"),
        Place("Keys", "page", "/about/keys"),
        Place("Your account, sessions and tokens", "page", "/account"),
    ]
    acts = [
        Place(case.says.rstrip("."), f"act of {p.title}", f"/{case.name.replace('.', '/')}")
        for p in visit.practices
        for case in p.use_cases
        if case.writes and visit.scope.role in case.roles
    ]
    signals = [Place(s.title, "signal", f"/signals/{s.name}") for s in visit.signals]
    names = {repo.repo: repo.name for repo in visit.repos}
    many = len(names) > 1
    rows = visit.context.mart.rows(
        "select repo, area from areas where list_contains(:repos, repo) and alive_files > 0 "
        "order by alive_files desc, repo, area",
        {"repos": list(visit.scope.repos)},
    )
    areas = [
        Place(name_area(area), f"area of {names[repo]}" if many else "area", area_href(repo, area))
        for repo, area in rows
        if repo in names
    ]
    return (*pages, *acts, *signals, *areas)


def search_places(places: Sequence[Place], text: str) -> tuple[Place, ...]:
    """The places whose name holds every word of the text."""
    words = text.lower().split()
    return tuple(place for place in places if all(word in place.name.lower() for word in words))
