"""What people said as columns that a mart is built with: facts that no source outside tells.

Words stay in the journal; here are times, and of whom, for sums over five people and more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from groundplan.facts.calendar import WEEK_COLUMNS
from groundplan.facts.engines.duckdb import Columns, DuckDB, as_columns, empty_columns
from groundplan.facts.kinds import Column, FactKind, Type

_WHOSE: Final = Column("colleague", Type.TEXT, "who said it, as the roster calls them")
_SEEN: Final = Column("seen", Type.BIGINT, "the entry that said it; larger is later")

SAID_WEEKS = FactKind(
    name="said_weeks",
    version=1,
    grain="a week of a calendar that its owner lets count; the first telling holds",
    columns=(
        _WHOSE,
        *WEEK_COLUMNS,
        _SEEN,
    ),
    key=("colleague", "week_on", "seen"),
)

SAID_SPELLS = FactKind(
    name="said_spells",
    version=1,
    grain="a spell of being stuck whose owner lets its times count",
    columns=(
        _WHOSE,
        Column("began_at", Type.TIMESTAMP, "UTC"),
        Column("hours", Type.DOUBLE, "without weekends, until it was over or nobody could see on"),
        Column("over", Type.BOOLEAN, "they could go on by then"),
        Column("answer_hours", Type.DOUBLE, "likewise from showing it; null if nobody was shown"),
        Column("answered", Type.BOOLEAN, "somebody had answered by then"),
        _SEEN,
    ),
    key=("colleague", "seen"),
)

SAID_LINKS = FactKind(
    name="said_links",
    version=1,
    grain="an account of the facts that a colleague says is theirs",
    columns=(
        _WHOSE,
        Column("nr", Type.INTEGER, "those that hold first, then the newest"),
        Column("name", Type.TEXT, "as in the facts"),
        Column("email", Type.TEXT, "as in the facts"),
    ),
    key=("colleague", "nr"),
)

SAID_KINDS: Final = (SAID_WEEKS, SAID_SPELLS, SAID_LINKS)
_OWNERS: Final = """
create table said_owners as
select l.colleague, min_by(a.person_id, l.nr) as person_id
from said_links l join accounts a on a.name = l.name and a.email = l.email
join people p on p.person_id = a.person_id
where p.actor = 'human' group by l.colleague
"""


def _nothing(kind: FactKind) -> Columns:
    return as_columns(kind, empty_columns(kind))


@dataclass(frozen=True, slots=True)
class Said:
    """What people said. events: of work items that were typed here, None if none were.

    weeks, spells: of those who let them count. links: which accounts of the facts are whose.
    """

    events: Columns | None = None
    weeks: Columns = field(default_factory=lambda: _nothing(SAID_WEEKS))
    spells: Columns = field(default_factory=lambda: _nothing(SAID_SPELLS))
    links: Columns = field(default_factory=lambda: _nothing(SAID_LINKS))


def gather_said(engine: DuckDB, said: Said) -> None:
    """Make the tables `said_*` of what was said, before people are found."""
    for kind, columns in zip(SAID_KINDS, (said.weeks, said.spells, said.links), strict=True):
        engine.load(kind.name, columns)


def find_owners(engine: DuckDB) -> None:
    """Make the table `said_owners`, once people are known: who of the facts a colleague is."""
    engine.execute(_OWNERS)


def drop_said(engine: DuckDB) -> None:
    """Drop what was gathered: a mart keeps what it was made into."""
    for name in ("said_owners", *(kind.name for kind in SAID_KINDS)):
        engine.execute(f"drop table if exists {name}")
