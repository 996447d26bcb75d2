"""Measuring on this machine: whatever a command does, the others are measured, and all is told."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.sources.measurements.fetch import measure, read_file
from groundplan.sources.measurements.output import Printed, read_output
from groundplan.sources.measurements.plan import read_plan
from groundplan.sources.measurements.results import Result
from groundplan.terms.errors import BadInput

GOOD = '[kpis.good]\ncommand = "echo 3.5 ms"\nunit = "s"\nrepetitions = 2\n'


def run(command: str, folder: Path, more: str = "") -> list[Result]:
    kept: list[Result] = []
    text = (
        f"{GOOD}[kpis.odd]\nunit = \"s\"\nrepetitions = 2\nwarmups = 0\ncommand = '''{command}'''\n"
    )
    measure(read_plan(text + more), "session", folder, kept.append)
    assert [one.values for one in kept if one.kpi == "good"] == [(0.0035,), (0.0035,)]
    return [one for one in kept if one.kpi == "odd"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("true", "it printed nothing"),
        ("echo NaN", "no finite number"),
        ("echo inf", "no finite number"),
        ("echo 1 2", "it printed 2 numbers"),
        ("printf '1\\n2\\n'", "it printed 2 numbers"),
        ("seq 1000000", "more than 65,536 bytes"),
        ("yes", "more than 65,536 bytes"),
        ("echo oh no >&2; echo 3; exit 1", "exit code 1: oh no"),
        ("kill -9 $$", "exit code -9"),
        ("no-such-program-anywhere", "exit code 127"),
        ("echo 3 MB", "it printed 'MB', but is measured in 's'"),
        ('echo \'{"value": "x"}\'', "must be numbers"),
        ("echo '{\"values\": []}'", "0 samples"),
        ("echo '[1, null]'", "must be numbers"),
        ("echo '[1e999]'", "no finite number"),
        ("echo '{'", "which is no JSON"),
        ("echo hello", "which is no number"),
        ("head -c 1000 /dev/zero", "which is no number"),
    ],
)
def test_what_is_no_measurement_is_told(command: str, says: str, tmp_path: Path) -> None:
    runs = run(command, tmp_path)
    assert len(runs) == 2
    assert all(says in one.failed and one.values == () for one in runs), runs[0].failed


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("echo 2.5", (2.5,)),
        ("echo 1500 ms", (1.5,)),
        ("echo -3e2us", (-3e-4,)),
        ('echo \'{"value": 2, "unit": "min"}\'', (120.0,)),
        ("echo '[1, 2, 3]'", (1.0, 2.0, 3.0)),
        ("printf 2 >&2; printf 4", (4.0,)),
        ("cat", None),
    ],
)
def test_numbers_units_and_samples(
    command: str, values: tuple[float, ...] | None, tmp_path: Path
) -> None:
    runs = run(command, tmp_path)
    if values is None:  # nobody types anything
        assert "nothing" in runs[0].failed
    else:
        assert [one.values for one in runs] == [pytest.approx(values)] * 2


@pytest.mark.parametrize("command", ["sleep 60", "sleep 60 & sleep 60", "exec >&- 2>&-; sleep 60"])
def test_what_hangs_is_stopped_with_all_that_it_started(command: str, tmp_path: Path) -> None:
    started = time.monotonic()
    runs = run(command, tmp_path, "timeout_s = 0.3\n")
    assert all(one.failed == "it took longer than 0.3 s and was stopped" for one in runs)
    assert time.monotonic() - started < 20


def test_after_three_failures_in_a_row_the_rest_is_left(tmp_path: Path) -> None:
    kept: list[Result] = []
    text = '[kpis.bad]\ncommand = "exit 1"\nunit = "s"\nrepetitions = 20\nwarmups = 0\n'
    (trouble,) = measure(read_plan(text), "session", tmp_path, kept.append)
    assert len(kept) == 3
    assert (trouble.kpi, trouble.turns) == ("bad", 17)
    assert "given up after 3 failures in a row: it ended with exit code 1" in trouble.reason


def test_warm_ups_run_and_do_not_count(tmp_path: Path) -> None:
    kept: list[Result] = []
    text = (
        '[kpis.counts]\ncommand = "echo x >> runs; wc -l < runs"\nunit = "bytes"\n'
        "repetitions = 3\nwarmups = 2\n"
    )
    measure(read_plan(text), "session", tmp_path, kept.append)
    assert [one.values for one in kept] == [(3.0,), (4.0,), (5.0,)]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    plan = read_plan(GOOD + '[hosts.here]\n[hosts.gone]\nfolder = "nowhere"\n')
    kept: list[Result] = []
    (trouble,) = measure(plan, "session", tmp_path, kept.append)
    assert (trouble.host, trouble.turns) == ("gone", 2)
    assert "there is no folder" in trouble.reason
    assert len(kept) == 2


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing\.toml"):
        read_file(tmp_path / "nothing.toml")


@given(st.binary(max_size=200))
def test_any_output_is_samples_or_a_reason(out: bytes) -> None:
    values, failed = read_output(Printed(out, b"", 0, 0.1), "s", 1.0)
    assert bool(values) is not bool(failed)
    assert failed.isprintable()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_as_it_is(value: float) -> None:
    out = repr(value).encode()
    assert read_output(Printed(out, b"", 0, 0.1), "s", 1.0) == ((value,), "")
