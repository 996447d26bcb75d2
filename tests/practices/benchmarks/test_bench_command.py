"""`groundplan bench` as typed: in any folder, without a repository, a server or any set-up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundplan.interfaces.codec.statuses import exit_code
from groundplan.terms.errors import BadInput
from tests.sources.measurements.ssh_servers import SSHServer, find_sshd, make_key

GROUNDPLAN = str(Path(sys.executable).with_name("groundplan"))
BAD_INPUT = exit_code(BadInput("", "", ""))
Bench = Callable[..., "subprocess.CompletedProcess[str]"]
# what a machine would measure: a list of numbers, one taken at each run
COMMAND = "n=$(cat at 2>/dev/null || echo 1); echo $((n + 1)) > at; sed -n ${n}p numbers"


def environment(folder: Path) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return {**kept, "GROUNDPLAN_WORKSPACE": str(folder / "workspace"), "LC_ALL": "C.UTF-8"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [GROUNDPLAN, "bench", *words], cwd=tmp_path, env=environment(tmp_path),
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def plan(folder: Path, command: str = COMMAND, more: str = "") -> None:
    (folder / "groundplan-bench.toml").write_text(
        f"[kpis.latency]\nunit = 'ms'\nrepetitions = 5\nwarmups = 0\n"
        f"command = '''{command}'''\nchange = 0.1\n{more}"
    )


def numbers(folder: Path, levels: list[float]) -> None:
    """Five runs for each session at its level."""
    rng = np.random.default_rng(1)
    told = [level + rng.normal(0, 0.5) for level in levels for _ in range(5)]
    (folder / "numbers").write_text("".join(f"{value:.3f}\n" for value in told))


def read(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_kpi_is_refused_repaired_trusted_and_then_gets_worse(
    bench: Bench, tmp_path: Path
) -> None:
    plan(tmp_path, "exit 1")
    broken = bench("run")
    assert broken.returncode == 5
    assert "it ended with exit code 1" in broken.stderr
    assert bench("check").returncode == 4
    plan(tmp_path)
    numbers(tmp_path, [100, 101, 99.5, 100.5, 100, 130, 130, 130])
    for day in range(4):
        done = bench("run", "--session", f"day {day}")
        assert done.returncode == 0, done.stderr
        assert f"Session day {day}: 5 runs recorded, 0 of them failed." in done.stdout
    found = read(bench("show", "latency", "--json"))
    assert found["reliability"]["trustworthy"], found["says"]
    assert found["kpi"]["earlier"] == 3  # the command that failed was another definition
    assert read(bench("check", "--json"))["ok"]
    bench("run", "--session", "day 4")
    for day in (5, 6):
        bench("run", "--session", f"day {day}")
        summary = bench("check", "--strict")
        assert summary.returncode == 0 or "not trustworthy yet" in summary.stderr
    bench("run", "--session", "day 7")
    worse = bench("check", "--summary", "summary.md")
    assert worse.returncode == 4
    assert "latency" in worse.stderr
    text = (tmp_path / "summary.md").read_text()
    assert text.strip() == worse.stdout.strip()
    assert "| latency | worse |" in text


def test_a_cancelled_session_is_resumed(bench: Bench, tmp_path: Path) -> None:
    plan(tmp_path, "echo x >> taken; sleep 0.3; echo 7")
    process = subprocess.Popen(
        # where tests run in the background, a shell may have told them to ignore Ctrl-C
        ["env", "--default-signal=INT", GROUNDPLAN, "bench", "run", "--session", "one"],
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    taken = tmp_path / "taken"
    while time.monotonic() < deadline and not (taken.exists() and taken.read_text().count("x") > 2):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    kept = read(bench("show", "--json"))["kpis"][0]["runs"]
    assert 2 <= kept < 5
    done = read(bench("run", "--resume", "--json"))
    assert (done["session"], done["runs"]) == ("one", 5 - kept)
    again = read(bench("run", "--resume", "--json"))
    assert again["runs"] == 0
    assert read(bench("show", "--json"))["kpis"][0]["runs"] == 5


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[SSHServer]]:
    sshd = find_sshd()
    if sshd is None:
        pytest.skip("no sshd: `make servers` installs it")
    make_key(tmp_path / "key")
    made = [
        SSHServer(sshd, tmp_path / f"host{n}", f"127.0.0.{n}", tmp_path / "key") for n in (1, 2, 3)
    ]
    (tmp_path / "known").write_text("".join(f"{one.known_host}\n" for one in made))
    yield made
    for one in made:
        one.kill()


def test_the_host_that_disagrees_is_named_with_what_only_it_has(
    bench: Bench, tmp_path: Path, servers: list[SSHServer]
) -> None:
    """Three real hosts, four sessions; the third is slower, and runs another version."""
    for nr, server in enumerate(servers, 1):
        (server.folder / "version").write_text("2.1" if nr == 3 else "2.0")
        numbers(server.folder, [150.0 if nr == 3 else 100.0] * 5)
    hosts = "".join(
        server.table(f"box{nr}", tmp_path / "key", tmp_path / "known")
        for nr, server in enumerate(servers, 1)
    )
    plan(tmp_path, more=f"{hosts}[versions]\ntool = 'cat version'\n")
    for day in range(4):
        done = bench("run", "--session", f"day {day}")
        assert "15 runs recorded, 0 of them failed" in done.stdout, done.stderr
    found = read(bench("show", "latency", "--json"))
    assert found["reliability"]["agreement"]["named"] == "box3"
    assert any("Host box3 disagrees: 50" in line for line in found["says"])
    assert {"name": "tool", "here": "2.1", "others": "2.0"} in found["different"]
    servers[1].kill()
    down = bench("run", "--session", "day 4")
    assert down.returncode == 5
    assert "box2: 127.0.0.2" in down.stderr
    assert "10 runs recorded" in down.stdout


def test_a_kpi_that_is_read_runs_nothing(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "groundplan-bench.toml").write_text(
        "[kpis.flow]\nsignal = 'throughput'\nunit = 'changes/week'\nbetter = 'higher'\n"
    )
    done = bench("run", "--session", "one")
    assert "Session one: 0 runs recorded" in done.stdout, done.stderr
    found = read(bench("show", "flow", "--json"))
    assert found["kpi"]["reads"] == "throughput"
    assert "nothing of this kind in any whole week yet" in found["says"][0]
    assert read(bench("check", "--json"))["ok"]


def test_changes_of_ones_own_series(bench: Bench, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    values = np.concatenate([10 + rng.normal(0, 1, 40), 16 + rng.normal(0, 1, 30)])
    rows = [
        f"2026-01-{1 + n // 4:02d}T{6 * (n % 4):02d}:00:00Z,{v:.3f}" for n, v in enumerate(values)
    ]
    (tmp_path / "series.csv").write_text("\n".join(["time,value", *rows]))
    found = read(bench("changes", "series.csv", "--json"))
    (change,) = found["changes"]
    assert abs(change["index"] - 40) <= 1
    assert change["low"] <= 40 <= change["high"]
    assert change["at"].startswith("2026-01-11")
    assert change["size"]["low"] <= 6 <= change["size"]["high"]
    assert change["alarm_probability"] <= 0.01
    told = bench("changes", "series.csv")
    assert "up by" in told.stdout
    missing = bench("changes", "nowhere.csv")
    assert missing.returncode == BAD_INPUT
    assert "nowhere.csv" in missing.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "groundplan-bench.toml"),
        ("", "kpis"),
        ("[kpis.a]\nunit = 'ms'\n", "kpis.a.command"),
        ("[kpis.a]\nunit = 'ms'\ncommand = 'x'\n[hosts.b]\naddress = 'a b'\n", "hosts.b.address"),
    ],
)
def test_a_plan_that_cannot_be_is_told(
    bench: Bench, tmp_path: Path, text: str | None, says: str
) -> None:
    if text is not None:
        (tmp_path / "groundplan-bench.toml").write_text(text)
    done = bench("run")
    assert done.returncode == BAD_INPUT
    assert says in done.stderr
    assert "Traceback" not in done.stderr
