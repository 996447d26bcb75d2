"""The mart's people: accounts as found in the facts, resolved, with what was decided by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from groundplan.facts import mart_sql
from groundplan.facts.engines.duckdb import DuckDB, as_text
from groundplan.facts.identity import (
    Carried,
    Decision,
    Identities,
    MailmapLine,
    SeenAccount,
    resolve,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The accounts in the code of some repositories, and their mailmaps by repository."""

    accounts: tuple[SeenAccount, ...]
    mailmaps: Mapping[str, Sequence[MailmapLine]]


def read_seen(engine: DuckDB) -> Seen:
    """Whom the commits name, their trailers and their mailmaps."""
    mailmaps: dict[str, list[MailmapLine]] = {}
    for repo, *line in engine.rows(
        "select repo, proper_name, proper_email, commit_name, commit_email "
        "from raw_mailmap order by repo, nr"
    ):
        mailmaps.setdefault(repo, []).append(MailmapLine(*line))
    found = engine.rows(mart_sql.SEEN_IN_CODE)
    return Seen(tuple(SeenAccount(*row) for row in found), mailmaps)


def identify(
    engine: DuckDB,
    code: Sequence[Seen],
    decisions: Sequence[Decision],
    carried: Sequence[Carried] = (),
) -> None:
    """Make the tables of people from the accounts in the code, and those that others tell of."""
    elsewhere = [SeenAccount(*row) for row in engine.rows(mart_sql.SEEN_ELSEWHERE)]
    accounts = [*(account for seen in code for account in seen.accounts), *elsewhere]
    mailmaps = {repo: lines for seen in code for repo, lines in seen.mailmaps.items()}
    load_identities(engine, resolve(accounts, mailmaps, decisions, carried))


def load_identities(engine: DuckDB, identities: Identities) -> None:
    """The tables `people`, `accounts` and `identity_merges` of resolved identities."""
    people = identities.people
    engine.load(
        "people",
        {
            "person_id": as_text([person.person_id for person in people]),
            "name": as_text([person.name for person in people]),
            "actor": as_text([person.kind.value for person in people]),
            "kind_reason": as_text([identities.kind_reasons[p.person_id] for p in people]),
        },
    )
    accounts = list(identities.person_of.items())
    engine.load(
        "accounts",
        {
            "name": as_text([account.name for account, _ in accounts]),
            "email": as_text([account.email for account, _ in accounts]),
            "person_id": as_text([person_id for _, person_id in accounts]),
        },
    )
    merges = identities.merges
    engine.load(
        "identity_merges",
        {
            "nr": np.arange(len(merges), dtype=np.int32),
            "side_a_name": as_text([merge.side_a.name for merge in merges]),
            "side_a_email": as_text([merge.side_a.email for merge in merges]),
            "side_b_name": as_text([merge.side_b.name for merge in merges]),
            "side_b_email": as_text([merge.side_b.email for merge in merges]),
            "certainty": as_text([merge.certainty.value for merge in merges]),
            "reason": as_text([merge.reason for merge in merges]),
            "applied": np.array([merge.applied for merge in merges], dtype=bool),
        },
    )
