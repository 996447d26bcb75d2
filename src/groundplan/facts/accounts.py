"""The accounts that were seen, and who is behind each: where colleagues meet the facts."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.terms.people import Account, ActorKind

_ACCOUNTS = """
select a.name, a.email, p.person_id, p.actor from accounts a join people p using (person_id)
"""


@dataclass(frozen=True, slots=True)
class Behind:
    """The person of the facts that an account is resolved to, and what stands behind it."""

    person_id: str
    actor: ActorKind


def read_accounts(mart: DuckDB) -> dict[Account, Behind]:
    """Every account that was seen, with who is behind it after all merges."""
    return {
        Account(name, email): Behind(person_id, ActorKind(actor))
        for name, email, person_id, actor in mart.rows(_ACCOUNTS)
    }
