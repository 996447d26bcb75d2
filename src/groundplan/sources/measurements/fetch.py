"""Runs measuring commands, here and over SSH: the only file of this source that does anything.

A host that fails stops nobody else, and what was measured is handed over at once, so that a
cancelled session has lost nothing.
"""
# size: law: all subprocesses and connections of a source live in its one fetch.py

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from groundplan.sources.measurements.output import MOST_BYTES, Printed, read_output
from groundplan.sources.measurements.plan import Host, Plan, Turn, Way, list_turns
from groundplan.sources.measurements.results import Result
from groundplan.terms.errors import BadInput, Refused, SourceDown

if TYPE_CHECKING:
    import asyncssh

CONNECT_S: Final = 15.0
LOOK_AROUND_S: Final = 30.0  # for the machine's own facts
REAP_S: Final = 5.0  # for what a killed command leaves behind
MOST_FAILED_IN_A_ROW: Final = 3  # of a KPI on a host; then its other turns are left
MOST_CLOCK_OFF_S: Final = 5.0
_MOST_ERROR: Final = 4_096  # bytes of standard error
_LOOK_AROUND: Final = """
echo "kernel=$(uname -sr 2>/dev/null)"
echo "machine=$(uname -m 2>/dev/null)"
echo "cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)"
echo "cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null)"
echo "governor=$(cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor 2>/dev/null)"
echo "load=$(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null)"
echo "commit=$(git rev-parse HEAD 2>/dev/null)"
echo "clock=$(date +%s 2>/dev/null)"
"""

Keep: TypeAlias = Callable[[Result], None]
Clock: TypeAlias = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now, aware, in UTC: ours, as a host's clock may be a day off."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a host, or a KPI on it, was not measured to the end. turns: that are left."""

    host: str
    kpi: str
    reason: str
    turns: int


class Shell(Protocol):
    """Runs one command on a host."""

    async def __call__(self, command: str, timeout_s: float) -> Printed:
        """What it printed, and how it ended."""


def read_file(path: Path) -> str:
    """The text of a plan or of results. BadInput if there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise BadInput("file", str(path), f"a file that can be read: {error.strerror}") from None


def measure(
    plan: Plan,
    session: str,
    folder: Path,
    keep: Keep,
    done: Collection[Turn] = (),
    *,
    clock: Clock = utc_now,
) -> list[Trouble]:
    """Take every turn of a session that is not done yet; what kept hosts from being measured.

    folder: where commands run on this machine. keep: gets each run as soon as it is over, also one
    that failed. Hosts work side by side, each takes one turn after the other. Ctrl-C stops all
    commands; whoever goes on later leaves out what is done.
    """
    turns = list_turns(plan, session, done)
    here = _Session(plan, session, folder, keep, clock)
    return _run(_measure_all(here, turns))


def _run(work: Coroutine[Any, Any, list[Trouble]]) -> list[Trouble]:
    """The result of the work, in a thread of its own where this one has a loop already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@dataclass(frozen=True, slots=True)
class _Session:
    """What is measured at one go, and who gets the runs."""

    plan: Plan
    name: str
    folder: Path
    keep: Keep
    clock: Clock


async def _measure_all(session: _Session, turns: Mapping[str, list[Turn]]) -> list[Trouble]:
    work = [_measure_host(session, host, turns[host.name]) for host in session.plan.hosts]
    found: list[Trouble] = []
    for told in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(told, BaseException):
            raise told
        found += told
    return found


async def _measure_host(session: _Session, host: Host, turns: list[Turn]) -> list[Trouble]:
    left = [turn for turn in turns if turn.repetition > 0]
    if not left:
        return []
    try:
        async with _open(host, session.folder) as shell:
            environment = await _look_around(shell, session.plan.versions)
            return await _take_turns(session, shell, environment, turns, left)
    except SourceDown as error:
        return [Trouble(host.name, "", error.message, len(left))]


async def _take_turns(
    session: _Session,
    shell: Shell,
    environment: Mapping[str, str],
    turns: list[Turn],
    left: list[Turn],
) -> list[Trouble]:
    ways = {way.name: way for way in session.plan.ways}
    failed = dict.fromkeys(ways, 0)
    reasons: dict[str, str] = {}
    for turn in turns:
        way = ways[turn.kpi]
        if failed[way.name] >= MOST_FAILED_IN_A_ROW:
            continue
        printed = await shell(way.command, way.timeout_s)
        values, reason = read_output(printed, way.unit, way.timeout_s)
        failed[way.name] = failed[way.name] + 1 if reason else 0
        reasons[way.name] = reason
        if turn.repetition > 0:
            session.keep(_result(session, way, turn, values, reason, environment))
            left.remove(turn)
    return [
        Trouble(turns[0].host, name, f"given up after {failed[name]} failures in a row: "
                f"{reasons[name]}", sum(turn.kpi == name for turn in left))
        for name in ways if failed[name] >= MOST_FAILED_IN_A_ROW
    ]  # fmt: skip


def _result(
    session: _Session,
    way: Way,
    turn: Turn,
    values: tuple[float, ...],
    failed: str,
    environment: Mapping[str, str],
) -> Result:
    return Result(
        kpi=way.name,
        unit=way.unit,
        values=values,
        better=way.better,
        host=turn.host,
        session=session.name,
        repetition=turn.repetition,
        at=session.clock(),
        failed=failed,
        source="command",
        environment=environment,
    )


async def _look_around(shell: Shell, versions: Mapping[str, str]) -> dict[str, str]:
    """What is known of a machine and of its software; what cannot be told is left out."""
    asked = time.time()
    printed = await shell(_LOOK_AROUND, LOOK_AROUND_S)
    lines = printed.out.decode("utf-8", "replace").splitlines()
    told = {key: value.strip()[:200] for key, _, value in (line.partition("=") for line in lines)}
    clock = told.pop("clock", "")
    middle = (asked + time.time()) / 2
    if clock.isdigit() and abs(int(clock) - middle) > MOST_CLOCK_OFF_S:
        told["clock_off_s"] = f"{int(clock) - middle:.0f}"
    for name, command in versions.items():
        answer = await shell(command, LOOK_AROUND_S)
        text = (answer.out or answer.error).decode("utf-8", "replace").strip()
        told[name] = text.splitlines()[0][:200] if text and answer.exit == 0 else ""
    return {key: value for key, value in told.items() if value}


@asynccontextmanager
async def _open(host: Host, folder: Path) -> AsyncIterator[Shell]:
    if not host.address:
        place = folder / host.folder if host.folder else folder
        if not place.is_dir():
            raise SourceDown(f"there is no folder {place}")
        yield _Here(place)
        return
    async with await _connect(host) as connection:
        yield _There(connection, host.folder)


@dataclass(frozen=True, slots=True)
class _Here:
    folder: Path

    async def __call__(self, command: str, timeout_s: float) -> Printed:
        started = time.monotonic()
        process = await asyncio.create_subprocess_shell(
            command, cwd=self.folder, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        error = bytearray()
        try:
            out, whole = await _read_both(
                process.stdout, process.stderr, error, process.wait, timeout_s
            )
            code = process.returncode if whole else None
        finally:  # with all that it started, also where nobody waits any more
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REAP_S):
                    await process.communicate()  # what is left in the pipes, else it never ends
        late = not whole and len(out) <= MOST_BYTES
        return Printed(out, bytes(error), code, time.monotonic() - started, late)


@dataclass(frozen=True, slots=True)
class _There:
    connection: asyncssh.SSHClientConnection
    folder: str

    async def __call__(self, command: str, timeout_s: float) -> Printed:
        import asyncssh  # noqa: PLC0415 - a tenth of a second

        started = time.monotonic()
        place = f"cd {quote(self.folder)} && " if self.folder else ""
        # servers may not pass signals on, so the command tells which group to kill
        script = f"echo $$ >&2; {place}{{ {command}\n}}"
        try:
            process: asyncssh.SSHClientProcess[bytes] = await self.connection.create_process(
                f"exec sh -c {quote(script)}", stdin=asyncssh.DEVNULL, encoding=None
            )
            error, whole = bytearray(), False
            try:
                out, whole = await _read_both(
                    process.stdout, process.stderr, error, process.wait_closed, timeout_s
                )
                code = process.exit_status if whole else None
            finally:
                process.close()
                if not whole:
                    await self._kill(error.partition(b"\n")[0].decode("ascii", "replace"))
        except (asyncssh.Error, OSError) as lost:
            raise SourceDown(f"the connection was lost: {lost}") from lost
        if whole and code is None and self.connection.is_closed():
            raise SourceDown("the connection was lost while a command ran")
        late = not whole and len(out) <= MOST_BYTES
        said = error.partition(b"\n")[2]
        return Printed(out, bytes(said), code, time.monotonic() - started, late)

    async def _kill(self, group: str) -> None:
        """Kill a command with all that it started."""
        if group.isdigit() and not self.connection.is_closed():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.connection.run(f"kill -KILL -- -{group}"), REAP_S)


async def _read_both(
    out: Any,
    error: Any,
    said: bytearray,
    ended: Callable[[], Awaitable[object]],
    timeout_s: float,
) -> tuple[bytes, bool]:
    """What is printed until the command ended, errors into `said`; False if it had to be left."""
    told = bytearray()

    async def read(stream: Any, into: bytearray, most: int) -> None:
        while piece := await stream.read(65_536):
            into.extend(piece[: most + 1 - len(into)])
            if into is told and len(into) > most:
                raise _TooMuch

    whole = False
    readers = [
        asyncio.ensure_future(read(out, told, MOST_BYTES)),
        asyncio.ensure_future(read(error, said, _MOST_ERROR)),
    ]
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.gather(*readers)
            await ended()
            whole = True
    except (_TooMuch, TimeoutError):
        pass
    finally:  # nobody else may read while they do
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    return bytes(told), whole


class _TooMuch(Exception):
    """A command printed more than anybody reads."""


async def _connect(host: Host) -> asyncssh.SSHClientConnection:
    try:
        import asyncssh  # noqa: PLC0415 - a tenth of a second
    except ModuleNotFoundError:
        raise Refused(
            "Measuring on other hosts needs the library asyncssh.", "Run: pip install asyncssh"
        ) from None
    files = {"client_keys": host.key, "known_hosts": host.known_hosts}
    given = {name: str(Path(path).expanduser()) for name, path in files.items() if path}
    if host.user:
        given["username"] = host.user
    where = f"{host.address}:{host.port}"
    try:
        return await asyncssh.connect(
            host.address, host.port, connect_timeout=CONNECT_S, login_timeout=CONNECT_S,
            keepalive_interval=15, **given,
        )  # fmt: skip
    except asyncssh.HostKeyNotVerifiable as error:
        raise SourceDown(f"{where} has another host key than the known one: {error}") from error
    except asyncssh.PermissionDenied as error:
        raise SourceDown(f"{where} does not let us in: {error}") from error
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise SourceDown(f"{where} cannot be reached: {error or 'no answer'}") from error
