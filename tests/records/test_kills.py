"""What was acknowledged survives SIGKILL at any moment: of writers, and of the whole server."""

from __future__ import annotations

import gc
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from groundplan.records.chained import ChainedJournal
from groundplan.terms.errors import SourceDown
from tests.journals import NOON, saying
from tests.records.places import Place, PostgresPlace

KILLS = 200
AT_ONCE = 2
SERVER_KILLS = 3
PATIENCE_S = 30


def body_of(number: int) -> dict[str, Any]:
    """A few bytes, and now and then several pages: something that could be cut in half."""
    size = 50 if number % 10 else number * 997 % 9_000
    return {"n": number, "text": Random(number).randbytes(size).hex()}


def write_until_killed(open_it: Callable[[], ChainedJournal], stream: str, told: int) -> None:
    journal = open_it()
    number = journal.version(stream)
    while True:
        journal.append(saying(body_of(number), stream), expected=number, key=f"{stream}#{number}")
        os.write(told, f"{number}\n".encode())
        number += 1


class Writer:
    """A process of its own that appends and tells each number that was acknowledged."""

    def __init__(self, place: Place, stream: str) -> None:
        self.told, telling = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            gc.disable()  # what the tests hold open is not this process's to close
            try:
                write_until_killed(lambda: place.fresh(lambda: NOON), stream, telling)
            finally:
                os._exit(1)
        os.close(telling)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def rest(self) -> str:
        with os.fdopen(self.told) as pipe:
            text = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        assert os.WIFSIGNALED(status), "the writer ended by itself"
        return text


def test_what_was_acknowledged_survives_kills_of_its_writer(place: Place) -> None:
    random = Random(1)
    place.fresh(lambda: NOON).close()
    acknowledged = dict.fromkeys((f"w{nr}" for nr in range(AT_ONCE)), -1)
    for round_ in range(KILLS // AT_ONCE):
        writers = {stream: Writer(place, stream) for stream in acknowledged}
        if round_ % 5:  # else they are killed while they open the journal
            select.select([writer.told for writer in writers.values()], [], [], PATIENCE_S)
        for writer in writers.values():
            time.sleep(random.uniform(0, 0.015))
            writer.kill()
        for stream, writer in writers.items():
            numbers = [int(line) for line in writer.rest().split()]
            acknowledged[stream] = max([acknowledged[stream], *numbers])
        if round_ % 20 == 19:
            check(place.open(), acknowledged)
    check(place.open(), acknowledged)
    assert sum(acknowledged.values()) >= KILLS // AT_ONCE // 2


def check(journal: ChainedJournal, acknowledged: dict[str, int]) -> None:
    assert journal.verify() is None
    for stream, newest in acknowledged.items():
        entries = journal.read(stream)
        assert len(entries) > newest
        assert all(entry.body == body_of(nr) for nr, entry in enumerate(entries))
        if entries:
            assert journal.find(f"{stream}#{len(entries) - 1}") == entries[-1]


@pytest.mark.xdist_group("postgres")
def test_what_was_acknowledged_survives_kills_of_the_server(postgres_place: PostgresPlace) -> None:
    """Whoever gets an error asks again under the same key: nothing is lost, nothing is twice."""
    random = Random(2)
    journal = postgres_place.open()
    done = threading.Event()
    errors: list[SourceDown] = []
    counts: dict[str, int] = {}

    def write(stream: str) -> None:
        number = 0
        while not done.is_set():
            said, key = saying(body_of(number), stream), f"{stream}#{number}"
            try:
                journal.append(said, expected=number, key=key)
            except SourceDown as error:
                errors.append(error)
                time.sleep(0.02)
                continue
            number += 1
            counts[stream] = number

    threads = [threading.Thread(target=write, args=(f"w{nr}",)) for nr in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(SERVER_KILLS):
        time.sleep(random.uniform(0.2, 0.5))
        postgres_place.server.kill()
        postgres_place.server.start()
    time.sleep(0.3)
    done.set()
    for thread in threads:
        thread.join()
    assert len(errors) >= SERVER_KILLS
    for stream, count in counts.items():
        bodies = [entry.body for entry in journal.read(stream)]
        assert count <= len(bodies) <= count + 1
        assert bodies == [body_of(number) for number in range(len(bodies))]
    assert len(counts) == 3
    assert journal.verify() is None
