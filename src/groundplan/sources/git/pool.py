"""Work spread over threads: git does it, so Python's lock is no matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from groundplan.facts.engines.duckdb import DuckDB

T = TypeVar("T")


@contextmanager
def at_once(
    tasks: Sequence[Callable[[DuckDB], T]], connection: DuckDB, workers: int
) -> Iterator[Iterator[T]]:
    """Results of tasks as they end, `workers` at a time; the rest is dropped when one fails."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="git")
    waiting = iter(tasks)
    running: set[Future[T]] = set()

    def start() -> None:
        for task in waiting:
            running.add(pool.submit(task, connection.cursor()))
            return

    def results() -> Iterator[T]:
        for _ in range(workers + 1):
            start()
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                running.discard(future)
                start()
                yield future.result()

    try:
        yield results()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
