"""Work that several processes share: each piece is one row, taken under a lease.

SQLite beside the workspace's other files. A worker that is killed loses its lease, and somebody
else does the piece again; whoever was only slow finds that it is no longer theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from groundplan.facts.engines.sqlite import Schema, SQLite

LEASE_S: Final = 60.0
MOST_ATTEMPTS: Final = 3
WAIT_S: Final = 2.0  # before a piece that failed is tried again, times the attempts so far

_SCHEMA: Final = """
create table if not exists job (
  name text primary key, nr integer not null, state text not null default 'open',
  attempts integer not null default 0, worker text not null default '',
  until text not null default '', reason text not null default ''
);
create index if not exists job_open on job (state, nr);
"""
_FILE: Final = Schema(_SCHEMA, 1, mend="Delete the file and run again: no fact is in it.")


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work that was taken. attempt: from 1; it tells a lost lease from one's own."""

    name: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Where a round of work is [pieces]. left: waiting or under way."""

    left: int
    done: int
    failed: int


class Jobs:
    """The pieces of one round of work; safe for several processes."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._file = SQLite(path, _FILE)

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def begin(self, names: Sequence[str]) -> Counts:
        """Go on with a round of these pieces that was cut short, else begin one with all of them.

        What a round cut short had done stays done, what it had failed at is tried again.
        """
        with self._file.writing() as connection:
            left, known = connection.execute(
                "select count(*) filter (where state in ('open', 'taken')), count(*) from job"
            ).fetchone()
            before = {name for (name,) in connection.execute("select name from job")}
            if not left or not known or not before.intersection(names):
                connection.execute("delete from job")
            else:
                connection.execute("delete from job where state = 'failed'")
                gone = before.difference(names)
                connection.executemany("delete from job where name = ?", [(n,) for n in gone])
            connection.executemany(
                "insert or ignore into job (name, nr) values (?, ?)",
                [(name, nr) for nr, name in enumerate(names)],
            )
        return self.counts()

    def take(self, worker: str) -> Job | None:
        """The next piece, with a lease; None if there is nothing to take now."""
        now = self._clock()
        with self._file.writing() as connection:
            connection.execute(
                "update job set state = 'failed', reason = 'its worker was lost ' || attempts || "
                "' times' where state = 'taken' and until < ? and attempts >= ?",
                (_text(now), MOST_ATTEMPTS),
            )
            row = connection.execute(
                "update job set state = 'taken', attempts = attempts + 1, worker = ?, until = ? "
                "where name = (select name from job where state in ('open', 'taken') "
                "and until < ? order by nr limit 1) returning name, attempts",
                (worker, _text(now + timedelta(seconds=LEASE_S)), _text(now)),
            ).fetchone()
        return Job(*row) if row else None

    def renew(self, worker: str) -> None:
        """Hold on to what `worker` has taken: it lives."""
        until = _text(self._clock() + timedelta(seconds=LEASE_S))
        with self._file.writing() as connection:
            connection.execute(
                "update job set until = ? where state = 'taken' and worker = ?", (until, worker)
            )

    def release(self, worker: str) -> None:
        """Let others take at once what a worker had that is known to be dead."""
        with self._file.writing() as connection:
            connection.execute(
                "update job set until = '' where state = 'taken' and worker = ?", (worker,)
            )

    def finish(self, job: Job, worker: str) -> bool:
        """The piece is done; False if the lease was lost and somebody else is at it."""
        return self._end(job, worker, "done", "", "")

    def fail(self, job: Job, worker: str, reason: str, again: bool) -> bool:
        """The piece went wrong. again: whether another try may help, up to the most attempts."""
        retry = again and job.attempt < MOST_ATTEMPTS
        wait = timedelta(seconds=WAIT_S * job.attempt)
        until = _text(self._clock() + wait) if retry else ""
        return self._end(job, worker, "open" if retry else "failed", until, reason)

    def _end(self, job: Job, worker: str, state: str, until: str, reason: str) -> bool:
        with self._file.writing() as connection:
            ended = connection.execute(
                "update job set state = ?, until = ?, reason = ? "
                "where name = ? and state = 'taken' and worker = ? and attempts = ?",
                (state, until, reason, job.name, worker, job.attempt),
            )
        return ended.rowcount == 1

    def counts(self) -> Counts:
        """Where the round is."""
        row = self._file.read(
            "select count(*) filter (where state in ('open', 'taken')), "
            "count(*) filter (where state = 'done'), count(*) filter (where state = 'failed') "
            "from job"
        ).fetchone()
        return Counts(*row)

    def failures(self) -> list[tuple[str, str]]:
        """The pieces that failed for good, in order, each with the reason."""
        return self._file.read(
            "select name, reason from job where state = 'failed' order by nr"
        ).fetchall()


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
