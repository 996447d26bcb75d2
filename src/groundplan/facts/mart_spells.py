"""The mart's spells of being stuck: how long, until when seen, and of whom; never about what.

Only a signal reads them, as sums of five people and more; a law test holds that.
"""

from __future__ import annotations

from typing import Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.mart_columns import AT, ON, F, T, X, declare

SPELL_TABLES = (
    declare(
        "spells",
        "a time without progress whose owner lets it count",
        "person_id began_at",
        {
            "person_id": (T, "whose it is"),
            "began_at": (AT, "UTC"),
            "week": (ON, "the Monday of that week"),
            "hours": (F, "until they could go on, or as long as it was seen; without weekends"),
            "over": (X, "they could go on by then"),
            "answer_hours": (F, "likewise from showing it to an answer; null: shown to nobody"),
            "answered": (X, "somebody had answered by then"),
        },
    ),
)
_SPELLS: Final = """
create table spells as
select o.person_id, s.began_at, week_of(s.began_at) as week, s.hours, s.over, s.answer_hours,
  s.answered
from said_spells s join said_owners o on o.colleague = s.colleague
order by s.began_at, o.person_id
"""


def build_spells(engine: DuckDB) -> None:
    """Make the table `spells` of what was said, once it is known who a colleague is."""
    engine.execute(_SPELLS)
