"""Measuring on three real hosts over SSH: what fails there, and that nothing else does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from conftest import Fleet
from ssh_servers import make_key

from groundplan.sources.measurements.fetch import Trouble, measure
from groundplan.sources.measurements.plan import Turn, read_plan
from groundplan.sources.measurements.results import Result

SESSION = "2026-01-05T12:00:00Z"
KPI = '[kpis.size]\ncommand = "wc -c < sshd_config"\nunit = "bytes"\nrepetitions = 4\n'


def run(text: str, folder: Path, done: tuple[Turn, ...] = ()) -> tuple[list[Result], list[Trouble]]:
    kept: list[Result] = []
    troubles = measure(read_plan(text), SESSION, folder, kept.append, done)
    return kept, troubles


def counts(kept: list[Result]) -> dict[str, int]:
    return dict(Counter(one.host for one in kept if not one.failed))


def test_every_host_is_measured_in_its_own_order(fleet: Fleet, tmp_path: Path) -> None:
    text = f'{KPI}{fleet.tables()}[versions]\nshell = "echo sh 1.0"\n'
    kept, troubles = run(text, tmp_path)
    assert troubles == []
    assert counts(kept) == {"one": 4, "two": 4, "three": 4}
    sizes = {one.host: one.values for one in kept}
    for name, server in zip(("one", "two", "three"), fleet.servers, strict=True):
        assert sizes[name] == ((server.folder / "sshd_config").stat().st_size,)
    orders = {name: [one.repetition for one in kept if one.host == name] for name in sizes}
    assert all(sorted(order) == [1, 2, 3, 4] for order in orders.values())
    assert len({tuple(order) for order in orders.values()}) > 1
    told = kept[0].environment
    assert told["shell"] == "sh 1.0"
    assert {"kernel", "cores", "load"} <= set(told)


def test_a_clock_that_is_a_day_off_is_told_and_moves_nothing(fleet: Fleet, tmp_path: Path) -> None:
    kept, _ = run(KPI + fleet.tables(), tmp_path)
    off = {one.host: one.environment.get("clock_off_s") for one in kept}
    assert off["one"] is None
    assert off["two"] is None
    assert abs(float(off["three"] or 0) - 86_400) < 10
    times = [one.at for one in kept if one.at is not None]
    assert len(times) == 12
    assert (max(times) - min(times)).total_seconds() < 60


def test_failing_hosts_do_not_stop_the_others(fleet: Fleet, tmp_path: Path) -> None:
    """One has another host key than the known one, one is down, one does not take our key."""
    stranger = tmp_path / "stranger"
    make_key(stranger)
    one, two, three = fleet.servers
    wrong = tmp_path / "wrong_known_hosts"
    other = make_key(tmp_path / "other")
    wrong.write_text(f"[{one.address}]:{one.port} {other}\n")
    two.kill()
    text = (
        KPI
        + one.table("wrongkey", fleet.key, wrong)
        + two.table("down", fleet.key, fleet.known_hosts)
        + three.table("stranger", stranger, fleet.known_hosts)
        + three.table("three", fleet.key, fleet.known_hosts)
        + '[hosts.here]\nfolder = "host1"\n'
    )
    kept, troubles = run(text, tmp_path)
    assert counts(kept) == {"three": 4, "here": 4}
    told = {one.host: one for one in troubles}
    assert set(told) == {"wrongkey", "down", "stranger"}
    assert "another host key" in told["wrongkey"].reason
    assert "cannot be reached" in told["down"].reason
    assert "does not let us in" in told["stranger"].reason
    assert all(one.turns == 4 for one in troubles)


def test_a_host_that_dies_midway_keeps_what_it_told(fleet: Fleet, tmp_path: Path) -> None:
    text = '[kpis.slow]\ncommand = "sleep 0.2; echo 1"\nunit = "s"\nrepetitions = 10\nwarmups = 0\n'
    kept: list[Result] = []

    def keep(result: Result) -> None:
        kept.append(result)
        if result.host == "two" and sum(one.host == "two" for one in kept) == 3:
            fleet.servers[1].kill()

    plan = read_plan(text + fleet.tables())
    (trouble,) = measure(plan, SESSION, tmp_path, keep)
    assert trouble.host == "two"
    assert "connection" in trouble.reason
    assert counts(kept) == {"one": 10, "two": 3, "three": 10}
    fleet.servers[1].start()
    done = [Turn(one.kpi, one.host, one.repetition) for one in kept]
    assert measure(plan, SESSION, tmp_path, kept.append, done) == []
    assert counts(kept) == {"one": 10, "two": 10, "three": 10}
    assert sorted(one.repetition for one in kept if one.host == "two") == list(range(1, 11))


def test_a_command_that_hangs_is_killed_on_its_host(fleet: Fleet, tmp_path: Path) -> None:
    pid = fleet.servers[0].folder / "pid_of_command"
    text = (
        f'[kpis.hangs]\ncommand = "echo $$ > {pid}; sleep 300"\nunit = "s"\n'
        "repetitions = 1\nwarmups = 0\ntimeout_s = 0.5\n"
    )
    kept, troubles = run(text + fleet.tables().split("[hosts.two]")[0], tmp_path)
    assert [one.failed for one in kept] == ["it took longer than 0.5 s and was stopped"]
    assert troubles == []
    deadline = time.monotonic() + 10
    while is_running(int(pid.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(int(pid.read_text()))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_cancelling_leaves_no_command_behind(tmp_path: Path) -> None:
    """Ctrl-C on a real process: what was measured is kept, what runs is killed."""
    script = f"""
from pathlib import Path
from groundplan.sources.measurements.fetch import measure
from groundplan.sources.measurements.plan import read_plan
plan = read_plan('''[kpis.slow]
command = "echo $$ >> pids; sleep 0.3; echo 1"
unit = "s"
repetitions = 100
warmups = 0
''')
measure(plan, "{SESSION}", Path("."), lambda one: print(one.repetition, flush=True))
"""
    # where tests run in the background, a shell may have told them to ignore Ctrl-C
    words = ["env", "--default-signal=INT", sys.executable, "-c", script]
    process = subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(2)]
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert len([line for line in told if line.strip()]) == 2
    assert "KeyboardInterrupt" in error
    pids = [int(line) for line in (tmp_path / "pids").read_text().split()]
    assert len(pids) >= 2
    assert not any(is_running(pid) for pid in pids)


def test_a_plan_may_name_the_same_host_twice(fleet: Fleet, tmp_path: Path) -> None:
    one = fleet.servers[0]
    text = (
        KPI
        + one.table("a", fleet.key, fleet.known_hosts)
        + one.table("b", fleet.key, fleet.known_hosts)
    )
    kept, troubles = run(text, tmp_path)
    assert troubles == []
    assert counts(kept) == {"a": 4, "b": 4}


@pytest.mark.parametrize("port", [1, 9])
def test_an_address_that_nobody_answers_is_told(tmp_path: Path, port: int) -> None:
    kept, (trouble,) = run(f'{KPI}[hosts.gone]\naddress = "127.0.0.9:{port}"\n', tmp_path)
    assert kept == []
    assert "cannot be reached" in trouble.reason
