"""Everything that offers use cases: the practices, and the studies of what they do."""

from __future__ import annotations

from functools import cache

from groundplan import experiments
from groundplan.practices import catalogue as practices
from groundplan.usecase import Practice


@cache
def discover() -> tuple[Practice, ...]:
    """Every practice, and experiments among them, by name."""
    found = (*practices.discover(), experiments.PRACTICE)
    return tuple(sorted(found, key=lambda practice: practice.name))
