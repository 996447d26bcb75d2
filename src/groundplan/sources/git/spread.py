"""One of several workers that read a list of repositories, each repository once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from groundplan.facts.jobs import Jobs
from groundplan.terms.errors import GroundplanError, Refused, SourceDown


def work_off(
    jobs: Jobs,
    worker: str,
    read: Callable[[Path], object],
    is_wanted: Callable[[], bool],
    wait: Callable[[], None],
) -> None:
    """Read one repository after the other until none is left.

    read: reads one; it must bear being called again for what it had read before. is_wanted:
    whether to take another one. wait: while others hold what is left, or a second try is not due.
    """
    while is_wanted():
        job = jobs.take(worker)
        if job is None:
            if not jobs.counts().left:
                return
            wait()
            continue
        try:
            read(Path(job.name))
        except (Refused, SourceDown) as error:  # another process is at it, or the disk is full
            jobs.fail(job, worker, error.message, again=True)
        except GroundplanError as error:
            jobs.fail(job, worker, error.message, again=False)
        except Exception as error:  # one strange repository does not end the round of the others
            jobs.fail(job, worker, f"{type(error).__name__}: {error}", again=False)
        else:
            jobs.finish(job, worker)
