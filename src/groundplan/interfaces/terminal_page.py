"""The team page for a terminal: the same sentences, readable without colour, 80 columns."""

from __future__ import annotations

import textwrap

from groundplan.interfaces.team_page import Overview, TeamPage
from groundplan.terms.estimate import Unknown

WIDTH = 80


def terminal_page(page: TeamPage) -> str:
    """The findings, then every signal on a line."""
    names = ", ".join(repo.name for repo in page.repos) or "no repository"
    lines = [
        "",
        f"{names}: how this team works",
        f"{page.commits:,} commits on the main line, as of {page.as_of:%d %B %Y}",
        "",
    ]
    for number, shown in enumerate(page.findings, 1):
        lines += _wrap(f"{number}. ", shown.finding.sentence)
        if shown.finding.detail:
            lines += _wrap("   ", shown.finding.detail)
        lines.append("")
    if not page.findings:
        lines += [*_wrap("", "Nothing stands out yet. The signals below say what is known."), ""]
    told = [overview for overview in page.overviews if not overview.is_silent]
    widest = max((len(overview.signal.title) for overview in told), default=0)
    lines += [_line(overview, widest) for overview in told]
    lines += _name_silent([o.signal.title for o in page.overviews if o.is_silent])
    lines += [line for trouble in page.troubles for line in _wrap("! ", trouble)]
    pending = sum(repo.lines_pending for repo in page.repos)
    if pending:
        lines += ["", f"Lines of {pending:,} changes are still being counted."]
    return "\n".join(lines)


def _line(overview: Overview, widest: int) -> str:
    title = overview.signal.title.ljust(widest)
    if overview.reading is None:
        return f"  {title}  {overview.trouble}"
    now = overview.reading.now
    if isinstance(now, Unknown):
        return f"  {title}  ? {now.reason} (have {now.have:,}, need {now.need:,} {now.of})"
    return f"  {title}  {now}"


def _name_silent(titles: list[str]) -> list[str]:
    if not titles:
        return []
    return ["", *_wrap("", f"Nothing was read yet for {', '.join(titles)}. A code host, a tracker "
                       "or calendars tell of them: groundplan sync --help")]  # fmt: skip


def _wrap(mark: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark)) or [
        mark.rstrip()
    ]
