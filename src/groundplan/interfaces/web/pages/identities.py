"""Many accounts, one person: every merge with its reason, to agree with or to take back."""

from __future__ import annotations

from typing import Any

from groundplan.interfaces import charts
from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.tables import Table

MOST = 50  # rows of each list on the page; the forms to take away hold all


def identities(visit: Visit, about: str, *, every: bool) -> Page:
    """`/identities`: merges that were made or proposed, who is a machine, what was decided."""
    listed: Any = visit.ask("identities.list", most=10_000 if every else MOST, about=about.strip())
    rows = [
        (state, merge.account, merge.other, merge.certainty, merge.reason)
        for state, merges in (("proposed", listed.proposed), ("applied", listed.applied))
        for merge in merges
    ]
    rows += [("not a person", p.name, "", p.actor, p.reason) for p in listed.programs]
    return Page(
        title="Who is who",
        template="identities/page.html",
        data={
            "view": listed,
            "about": about,
            "most": MOST,
            "sureness": draw_sureness(visit, listed.proposed_count),
        },
        view=listed,
        table=Table(("State", "Account", "Other account", "Certainty", "Reason"), rows),
        markdown="Accounts that are, or might be, one person's, and why.",
    )


def draw_sureness(visit: Visit, waiting: int) -> charts.Chart:
    """How sure the merges are that hold [pairs of accounts], and how many wait for an answer."""
    rows = visit.context.mart.rows(
        "select certainty, count(*) from identity_merges where applied group by certainty"
    )
    pairs = {**dict(rows), "waiting": waiting}
    sure = ("decided", "certain", "likely", "waiting")
    bins = [charts.Bin(name.capitalize(), pairs.get(name, 0)) for name in sure]
    return charts.draw_histogram(
        "sureness", "Pairs of accounts by how sure they are", bins, "pairs"
    )
