"""Areas of the code, and one area in full: what moves there, and whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from groundplan.facts.areas import name_area
from groundplan.interfaces import charts
from groundplan.interfaces.team_page import AreaState, read_areas
from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.pages.team import area_map
from groundplan.interfaces.web.rendering import say_known
from groundplan.interfaces.web.rows import PAGE_SIZE, RowsPage
from groundplan.interfaces.web.tables import Table, markdown_table, markdown_text
from groundplan.interfaces.web.wording import say_count
from groundplan.terms.errors import NotFound

HOT_DAYS = 365


@dataclass(frozen=True, slots=True)
class HotFile:
    """A living file, its changes and fixes during the last year of facts."""

    path: str
    changes: int
    fixes: int


def areas(visit: Visit) -> Page:
    """`/areas`: every area with its files and how many people know it."""
    found = _areas(visit)
    names = {repo.repo: repo.name for repo in visit.repos}
    table = Table(
        ("Repository", "Area", "Files", "Changes ever", "People who know it"),
        [(names.get(a.repo, a.repo), a.area, a.files, a.changes, a.known_by) for a in found],
    )
    return Page(
        title="Areas",
        template="areas.html",
        data={
            "areas": found,
            "map": visit.recall("areas map", lambda: area_map(found)),
            "names": names,
            "many_repos": len(names) > 1,
            "counted": "Somebody who left long ago, or whose changes have faded, is not counted."
            if any(area.known_by is not None for area in found)
            else "",
        },
        view=found,
        table=table,
        markdown="Parts of the code, and how many people know each.",
    )


def _areas(visit: Visit) -> tuple[AreaState, ...]:
    return visit.recall("areas", lambda: read_areas(visit.context, visit.scope, visit.practices))


def area(visit: Visit, repo: str, path: str, page: int, *, all_rows: bool) -> Page:
    """`/areas/<repo>/<area>`: hot spots, whom to ask, age of its files, its files."""
    name = path or "."
    state = next((a for a in _areas(visit) if a.repo == repo and a.area == name), None)
    repo_name = visit.repo_name(repo)
    if state is None:
        raise NotFound("There is no such area with living files.", "All areas stand on /areas.")
    hot = visit.recall(("hot", repo, name), lambda: _hot_files(visit, repo, name))
    rows = _files(visit, state, page, 1_000_000 if all_rows else PAGE_SIZE)
    whom = _whom_to_ask(visit, repo, name)
    people = whom.get("people", ())
    return Page(
        title=name_area(name),
        template="area.html",
        data={
            "area": name,
            "repo_name": repo_name,
            "lede": _lede(state),
            "hot": hot,
            **{key: whom.get(key, ()) for key in ("people", "silent", "declared", "checked")},
            "sees_experts": visit.scope.sees_experts,
            "ages": visit.recall(("ages", repo, name), lambda: _ages(visit, repo, name)),
            "rows": rows,
        },
        view={"area": state, "hot_spots": hot, "people": people, "files": rows.table},
        table=rows.table,
        markdown=_markdown(state, hot, people),
    )


def _lede(state: AreaState) -> str:
    text = f"{say_count(state.files)} files, {say_count(state.changes)} changes ever."
    if state.known_by is not None:
        text += f" Known by {say_known(state.known_by)} today."
    return text


def _hot_files(visit: Visit, repo: str, name: str) -> tuple[HotFile, ...]:
    until = visit.context.as_of.replace(tzinfo=None)
    rows = visit.context.mart.rows(
        """
        select f.path, count(*) as times, count(*) filter (where c.kind = 'fix') as fixes
        from changes c join files f on f.repo = c.repo and f.file_id = c.file_id
        where c.repo = :repo and c.area = :area and f.alive and not c.bulk
          and c.authored_at > :since and c.authored_at <= :until
        group by f.file_id, f.path order by times desc, f.path limit 12
        """,
        {"repo": repo, "area": name, "since": until - timedelta(days=HOT_DAYS), "until": until},
    )
    return tuple(HotFile(path, int(changes), int(fixes)) for path, changes, fixes in rows)


def _ages(visit: Visit, repo: str, name: str) -> charts.Chart:
    rows = visit.context.mart.rows(
        "select year(last_at), count(*) from files where repo = :repo and area = :area and alive "
        "and last_at is not null group by 1 order by 1",
        {"repo": repo, "area": name},
    )
    counts = {int(year): int(count) for year, count in rows}
    years = range(min(counts), max(counts) + 1) if counts else range(0)
    if len(years) > 60:  # clocks that ran wrong; the years that hold files are enough
        years = range(max(counts) - 59, max(counts) + 1)
    bins = [charts.Bin(str(year), counts.get(year, 0)) for year in years]
    return charts.draw_histogram("ages", "Files by the year of their last change", bins, "files")


def _files(visit: Visit, state: AreaState, page: int, size: int) -> RowsPage:
    rows = visit.context.mart.rows(
        "select path, changes, first_at, last_at from files "
        "where repo = :repo and area = :area and alive "
        "order by changes desc, path limit :most offset :skip",
        {"repo": state.repo, "area": state.area, "most": size, "skip": (page - 1) * size},
    )
    table = Table(
        ("File", "Changes ever", "First change", "Last change"),
        [(path, int(changes), _day(first), _day(last)) for path, changes, first, last in rows],
    )
    says = "Files that are alive on the main line, followed through renames."
    return RowsPage(says, table, (1,), page, size, state.files)


def _day(moment: Any) -> str | None:
    return moment.date().isoformat() if moment is not None else None


def _whom_to_ask(visit: Visit, repo: str, name: str) -> dict[str, Any]:
    """Who knows the area, who is declared to own it, and how often such answers came true."""
    if not visit.scope.sees_experts:
        return {}
    try:
        known = visit.ask("ownership.map")
    except NotFound:
        return {}
    found = next((a for a in known.areas if a.repo == repo and a.area == name), None)
    if found is None:
        return {}
    shown = {"people": found.go_to, "silent": found.silent, "declared": found.declared}
    return {**shown, "checked": known.checked if found.go_to else ""}


def _markdown(state: AreaState, hot: tuple[HotFile, ...], people: tuple[Any, ...]) -> str:
    lines = [markdown_text(_lede(state)), "", "## Hot spots", ""]
    lines += markdown_table(
        Table(("File", "Changes", "Fixes"), [(f.path, f.changes, f.fixes) for f in hot])
    )
    lines += ["", "## Whom to ask", ""]
    lines += [f"- {markdown_text(p.name)}: {markdown_text(p.reason)}" for p in people]
    return "\n".join([*lines, "", "## Files"])
