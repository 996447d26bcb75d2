"""What is to be measured, where and how often: a file of the repository, and its shuffled order."""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from groundplan.records.measured import EXPRESSION, SIGNAL, read_from
from groundplan.records.words import check_line
from groundplan.sources.measurements.scales import guess_better
from groundplan.terms.errors import BadInput

FILE_NAME: Final = "groundplan-bench.toml"
HERE: Final = "local"
BETTER: Final = ("lower", "higher")
MOST_REPETITIONS: Final = 1_000
LONGEST_S: Final = 86_400.0
LONGEST_COMMAND: Final = 4_000  # letters
USUAL_CHANGE: Final = 0.05
_ADDRESS: Final = re.compile(
    r"(?:(?P<user>[^@\s]+)@)?(?P<name>\[[0-9a-fA-F:.]+\]|[^@:\s]+)(?::(?P<port>\d{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class Way:
    """A KPI and the command that measures it.

    better: lower or higher. change: the smallest change it is to show [share]. repetitions: a host
    and session, none where it is read from signals; warmups: runs before them that do not count.
    """

    name: str
    unit: str
    better: str
    command: str
    change: float = USUAL_CHANGE
    repetitions: int = 10
    warmups: int = 1
    timeout_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Host:
    """Where commands run. address: "" for this machine; folder: where, "" for the usual one.

    key, known_hosts: files, "" for those that SSH takes anyway.
    """

    name: str
    address: str = ""
    user: str = ""
    port: int = 22
    folder: str = ""
    key: str = ""
    known_hosts: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to measure. versions: what to keep of each host's software, by name a command."""

    ways: tuple[Way, ...]
    hosts: tuple[Host, ...]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """One run of one KPI on one host. repetition: from 1; those up to 0 warm up."""

    kpi: str
    host: str
    repetition: int


def read_plan(text: str) -> Plan:
    """The plan of a `groundplan-bench.toml`. BadInput names the field that cannot be."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(FILE_NAME, str(error)[:200], "TOML") from None
    _only(found, ("kpis", "hosts", "versions"), FILE_NAME)
    ways = tuple(_read_way(name, told) for name, told in _tables(found, "kpis").items())
    if not ways:
        raise BadInput("kpis", "nothing", "a table such as [kpis.latency] with a command")
    hosts = tuple(_read_host(name, told) for name, told in _tables(found, "hosts").items())
    versions = _table(found.get("versions", {}), "versions")
    for name in versions:
        _text(versions, name, "versions", most=LONGEST_COMMAND)
    return Plan(ways, hosts or (Host(HERE),), versions)


def check_way(way: Way) -> Way:
    """The KPI, if it can be; BadInput otherwise."""
    where = f"kpis.{way.name}"
    check_line("name", way.name)
    check_line(f"{where}.unit", way.unit)
    if way.better not in BETTER:
        allowed = f"one of {', '.join(BETTER)}"
        raise BadInput(f"{where}.better", way.better or "nothing", allowed)
    if not 0 < len(way.command.strip()) <= LONGEST_COMMAND:
        got = f"{len(way.command):,} letters"
        raise BadInput(f"{where}.command", got, f"1 to {LONGEST_COMMAND:,} letters")
    _between(f"{where}.change", way.change, 0.0001, 10)
    least = 0 if read_from(way.command) else 1
    _between(f"{where}.repetitions", way.repetitions, least, MOST_REPETITIONS)
    _between(f"{where}.warmups", way.warmups, 0, MOST_REPETITIONS)
    _between(f"{where}.timeout_s", way.timeout_s, 0.01, LONGEST_S)
    return way


def list_turns(plan: Plan, session: str, done: Collection[Turn] = ()) -> dict[str, list[Turn]]:
    """The turns of each host in the order to take them, without those that are done.

    All KPIs and repetitions are mixed, so that nothing that drifts looks like a difference of
    KPIs. The order follows from the session's name: who resumes takes the same one. Warm-ups come
    first, and again for those who resume.
    """
    turns = {}
    for host in plan.hosts:
        digest = hashlib.sha256(f"{session}\0{host.name}".encode()).digest()
        rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        every = [
            Turn(way.name, host.name, nr)
            for way in plan.ways
            for nr in range(1, way.repetitions + 1)
        ]
        mixed = [every[at] for at in rng.permutation(len(every))]
        left = [turn for turn in mixed if turn not in done]
        needed = {turn.kpi for turn in left}
        warm = [
            Turn(way.name, host.name, -nr)
            for way in plan.ways if way.name in needed
            for nr in range(way.warmups)
        ]  # fmt: skip
        turns[host.name] = warm + left
    return turns


def _read_way(name: str, told: Mapping[str, Any]) -> Way:
    where = f"kpis.{name}"
    if "signal" in told or "sql" in told:
        return _read_reading(name, told, where)
    known = ("command", "unit", "better", "change", "repetitions", "warmups", "timeout_s")
    _only(told, known, where)
    unit = _text(told, "unit", where)
    better = _text(told, "better", where) if "better" in told else guess_better(unit)
    command = _text(told, "command", where, most=LONGEST_COMMAND)
    usual = Way(name, unit, better, command)
    return check_way(
        replace(
            usual,
            change=_number(told, "change", where, usual.change),
            repetitions=_whole(told, "repetitions", where, usual.repetitions),
            warmups=_whole(told, "warmups", where, usual.warmups),
            timeout_s=_number(told, "timeout_s", where, usual.timeout_s),
        )
    )


def _read_reading(name: str, told: Mapping[str, Any], where: str) -> Way:
    """A KPI that is read from signals: nothing of it runs anywhere."""
    kind, word = ("signal", SIGNAL) if "signal" in told else ("sql", EXPRESSION)
    _only(told, (kind, "unit", "better", "change"), where)
    how = f"{word} {_text(told, kind, where, most=LONGEST_COMMAND)}"
    better = _text(told, "better", where) if "better" in told else ""
    change = _number(told, "change", where, USUAL_CHANGE)
    unit = _text(told, "unit", where)
    return check_way(Way(name, unit, better, how, change, repetitions=0, warmups=0))


def _read_host(name: str, told: Mapping[str, Any]) -> Host:
    where = f"hosts.{name}"
    _only(told, ("address", "folder", "key", "known_hosts"), where)
    check_line("host", name)
    texts = {key: _text(told, key, where) for key in told}
    host = Host(
        name,
        folder=texts.get("folder", ""),
        key=texts.get("key", ""),
        known_hosts=texts.get("known_hosts", ""),
    )
    if "address" not in texts:
        return host
    found = _ADDRESS.fullmatch(texts["address"])
    port = int(found["port"] or 22) if found else 0
    if found is None or not 0 < port < 65_536:
        raise BadInput(f"{where}.address", texts["address"][:80], "such as user@host:22")
    return replace(host, address=found["name"].strip("[]"), user=found["user"] or "", port=port)


def _tables(found: Mapping[str, Any], key: str) -> dict[str, Mapping[str, Any]]:
    tables = _table(found.get(key, {}), key)
    return {name: _table(told, f"{key}.{name}") for name, told in tables.items()}


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(where, str(value)[:80], "a table")
    return value


def _only(told: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in told:
        if key not in known:
            raise BadInput(f"{where}.{key}", "something", f"only {', '.join(known)}")


def _text(told: Mapping[str, Any], key: str, where: str, most: int = 500) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= most or "\0" in value:
        raise BadInput(f"{where}.{key}", str(value)[:80], f"text of 1 to {most:,} letters")
    return value.strip()


def _number(told: Mapping[str, Any], key: str, where: str, usual: float) -> float:
    value = told.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{where}.{key}", str(value)[:80], "a number")
    return float(value)


def _whole(told: Mapping[str, Any], key: str, where: str, usual: int) -> int:
    value = _number(told, key, where, usual)
    if not value.is_integer():
        raise BadInput(f"{where}.{key}", value, "a whole number")
    return int(value)


def _between(where: str, value: float, least: float, most: float) -> None:
    if not (math.isfinite(value) and least <= value <= most):
        raise BadInput(where, value, f"{least:g} to {most:g}")
