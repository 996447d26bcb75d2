"""Hours without weekends, and at most one nudge on any day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from groundplan.records.stuck import Spell, after_hours, elapsed_hours, find_nudge

FRIDAY = datetime(2026, 1, 9, 16, tzinfo=UTC)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)


def test_weekends_do_not_count() -> None:
    assert elapsed_hours(FRIDAY, FRIDAY + timedelta(days=3)) == 24
    assert elapsed_hours(FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=2)) == 0
    assert elapsed_hours(FRIDAY, FRIDAY) == 0
    assert after_hours(FRIDAY, 10) == datetime(2026, 1, 12, 2, tzinfo=UTC)


@given(moments, st.floats(0.1, 100))
def test_after_hours_is_where_so_many_have_elapsed(start: datetime, hours: float) -> None:
    end = after_hours(start, hours)
    assert abs(elapsed_hours(start, end) - hours) < 1e-3
    assert end.weekday() < 5 or end.hour == end.minute == 0


@given(
    st.lists(st.tuples(moments, st.floats(0.0, 80.0), st.booleans()), max_size=6),
    st.dates(datetime(2026, 1, 5).date(), datetime(2026, 2, 20).date()),
)
def test_one_day_has_at_most_one_nudge(
    made: list[tuple[datetime, float, bool]], day: object
) -> None:
    """Asked every quarter of an hour of a day, the nudge is about one spell, whatever ends."""
    spells = []
    for number, (began, lasts, shown) in enumerate(made, 1):
        end = after_hours(began, lasts) if lasts else None
        told = began + timedelta(hours=3) if shown else None
        spells.append((Spell(number, number, "p1", began, "x", "", ""), end, told))
    seen = set()
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    for quarter in range(96):
        now = midnight + timedelta(minutes=15 * quarter)
        then = [
            Spell(
                s.key, s.number, s.owner, s.began_at, "x", "", "",
                shown_at=told if told and told <= now else None,
                ended_at=end if end and end <= now else None,
            )
            for s, end, told in spells
            if s.began_at <= now
        ]  # fmt: skip
        seen.add(find_nudge(then, 2.0, frozenset(), now))
        assert find_nudge(then, 2.0, {str(day)}, now) == 0
    assert len(seen - {0}) <= 1
