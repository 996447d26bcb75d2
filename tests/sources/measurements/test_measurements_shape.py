"""Results of benchmark tools, as the tools wrote them, and plans; every bad one is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.sources.measurements.plan import Turn, list_turns, read_plan
from groundplan.sources.measurements.results import Result, write_results
from groundplan.sources.measurements.scales import choose_unit, factor, guess_better
from groundplan.sources.measurements.shape import read_results
from groundplan.terms.errors import BadInput

RECORDED = Path(__file__).parent / "recorded"


def read(name: str) -> tuple[Result, ...]:
    return read_results((RECORDED / name).read_text())


def test_pytest_benchmark_has_rounds_as_samples() -> None:
    sort, join = read("pytest_benchmark.json")
    assert sort.kpi == "test_sorting.py::test_sort"
    assert (len(sort.values), len(join.values)) == (12, 8)
    assert (sort.unit, sort.better, sort.host) == ("s", "lower", "demo")
    assert sort.session == "2026-11-20T20:35:23Z"
    assert sort.environment["python"] == "3.11.7"


def test_hyperfine_has_a_run_for_each_time() -> None:
    runs = read("hyperfine.json")
    assert [one.kpi for one in runs] == ["sleep 0.01"] * 10 + ["sleep 0.02"] * 10
    assert [one.repetition for one in runs] == [*range(1, 11)] * 2
    assert all(len(one.values) == 1 and one.unit == "s" for one in runs)
    found = json.loads((RECORDED / "hyperfine.json").read_text())
    found["results"][0]["exit_codes"][3] = 2
    failed = read_results(json.dumps(found))[3]
    assert (failed.values, failed.failed) == ((), "it ended with exit code 2")


def test_google_benchmark_leaves_aggregates_out_and_tells_errors() -> None:
    sort, fail = read("google_benchmark.json")
    assert (sort.kpi, sort.unit, len(sort.values)) == ("BM_sort/64", "us", 4)
    assert 0.3 < sort.values[0] < 0.33
    assert (fail.values, fail.failed) == ((), "no such file")


def test_asv_has_a_kpi_for_each_parameter() -> None:
    small, large, broken, size = read("asv.json")
    assert small.kpi == "sorting.TimeSorting.time_sort(100)"
    assert large.kpi == "sorting.TimeSorting.time_sort(1000)"
    assert (small.unit, small.values) == ("s", (1.0394996934337541e-05,))
    assert (broken.values, broken.failed) == ((), "it failed")
    assert (size.unit, size.values, size.better) == ("units", (42.0,), "")
    assert small.environment["commit"].startswith("83883ae8")
    assert {one.session for one in (small, large, broken, size)} == {"2026-11-20T20:35:25Z"}


def test_jmh_has_a_run_for_each_fork() -> None:
    first, second, rate = read("jmh.json")
    assert first.kpi == "demo.Sorting.sort (size=64)"
    assert (first.values, second.values) == ((0.21, 0.215, 0.22), (0.212, 0.214, 0.219))
    assert (first.repetition, second.repetition) == (1, 2)
    assert (rate.unit, rate.better) == ("ops/ms", "higher")


def test_a_table_needs_the_name_of_its_kpi() -> None:
    text = "day;latency\n2026-01-02;12,5\n2026-01-01;11,5\n"
    first, second = read_results(text, "latency")
    assert (first.values, first.session) == ((11.5,), "2026-01-01")
    assert second.values == (12.5,)
    with pytest.raises(BadInput, match="kpi"):
        read_results(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "{", "[]", "{}", "[1, 2]", '{"results": 3}', '{"results": [{}]}',
        '{"machine_info": {}, "benchmarks": [{"fullname": "x", "stats": {}}]}',
        '{"machine_info": {}, "benchmarks": [{"fullname": "x", "stats": {"mean": NaN}}]}',
        '{"context": {}, "benchmarks": [{"name": "x"}]}', '{"commit_hash": "x", "results": []}',
        '[{"primaryMetric": {}}]', '{"groundplan_runs": 3}', '{"groundplan_runs": [3]}',
        '{"groundplan_runs": [{"values": ["x"]}]}', "[" * 100_000,
    ],
)  # fmt: skip
def test_what_no_tool_wrote_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_results(text)


def test_our_own_form_comes_back_as_it_was() -> None:
    runs = (*read("google_benchmark.json"), *read("pytest_benchmark.json"))
    assert read_results(write_results(runs)) == runs


@pytest.mark.parametrize(
    ("given_unit", "wanted", "times"),
    [
        ("s", "ms", 1e3), ("µs", "ns", 1e3), ("us/op", "ns/op", 1e3), ("ops/ms", "ops/s", 1e3),
        ("MiB", "kB", 1024 * 1.024), ("anything", "anything", 1.0), ("ms", "MB", None),
        ("s", "s/op", None), ("ops/s", "ops/op", None), ("per mille", "percent", None),
    ],
)  # fmt: skip
def test_units_are_converted_where_they_can_be(
    given_unit: str, wanted: str, times: float | None
) -> None:
    assert factor(given_unit, wanted) == (None if times is None else pytest.approx(times))


def test_units_tell_which_way_is_better() -> None:
    told = [guess_better(unit) for unit in ("ms", "MB", "ops/s", "us/op", "apples", "requests")]
    assert told == ["lower", "lower", "higher", "lower", "", "higher"]


@given(st.floats(1e-12, 1e6))
def test_chosen_units_have_two_digits_before_the_point(seconds: float) -> None:
    unit, times = choose_unit("s", seconds)
    assert unit in ("s", "ms", "us", "ns")
    assert seconds * times >= 10 or unit == "ns"
    assert seconds * times < 1e4 or unit == "s"


PLAN = """
[kpis.latency]
command = "./measure"
unit = "ms"
repetitions = 6
[kpis.rate]
command = "./rate"
unit = "ops/s"
repetitions = 3
warmups = 2
[hosts.a]
address = "me@example.com:2222"
[hosts.b]
address = "[::1]"
"""


def test_a_plan_says_what_runs_where() -> None:
    plan = read_plan(PLAN)
    latency, rate = plan.ways
    assert (latency.better, rate.better) == ("lower", "higher")
    assert [(host.user, host.address, host.port) for host in plan.hosts] == [
        ("me", "example.com", 2222),
        ("", "::1", 22),
    ]
    assert [host.name for host in read_plan(PLAN.partition("[hosts.a]")[0]).hosts] == ["local"]


def test_turns_are_mixed_and_can_be_resumed() -> None:
    plan = read_plan(PLAN)
    turns = list_turns(plan, "one")
    again, other = list_turns(plan, "one"), list_turns(plan, "two")
    assert turns == again
    assert turns != other
    assert turns["a"][:3] == [Turn("latency", "a", 0), Turn("rate", "a", 0), Turn("rate", "a", -1)]
    counted = [turn for turn in turns["a"] if turn.repetition > 0]
    assert len(counted) == 9
    assert [turn.kpi for turn in counted] != sorted(turn.kpi for turn in counted)
    left = list_turns(plan, "one", counted[:7])
    assert [turn for turn in left["a"] if turn.repetition > 0] == counted[7:]
    assert list_turns(plan, "one", counted)["a"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("kpis.latency", "kpi.latency"), "kpi"), (('command = "./measure"\n', ""), "command"),
        (('unit = "ms"', 'unit = ""'), "unit"), (('unit = "ms"', 'unit = "apples"'), "better"),
        (("repetitions = 6", "repetitions = 0"), "repetitions"),
        (("repetitions = 6", "repetitions = 2.5"), "repetitions"),
        (("repetitions = 6", 'repetitions = "6"'), "repetitions"),
        (("repetitions = 6", "timeout_s = inf"), "timeout_s"),
        (("repetitions = 6", "change = nan"), "change"),
        (("repetitions = 6", "repeat = 3"), "repeat"),
        (("me@example.com:2222", "me@example.com:99999"), "address"),
        (("me@example.com:2222", "two words"), "address"),
        (('address = "[::1]"', 'password = "x"'), "password"),
        (("[kpis.latency]", "[kpis.latency"), "groundplan-bench.toml"),
        (('"./measure"', '"a\\u0000b"'), "command"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_names_its_field(change: tuple[str, str], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_plan(PLAN.replace(*change))
    assert field in caught.value.field


def test_an_empty_plan_is_refused() -> None:
    with pytest.raises(BadInput, match="kpis"):
        read_plan("")


def test_a_kpi_that_is_read_has_no_turns() -> None:
    plan = read_plan(
        "[kpis.flow]\nsignal = 'throughput'\nunit = 'changes/week'\nbetter = 'higher'\n"
        "[kpis.ratio]\nsql = 'throughput / active_people'\nunit = 'a head'\nbetter = 'higher'\n"
        "[kpis.size]\ncommand = 'du'\nunit = 'MB'\nrepetitions = 2\nwarmups = 1\n"
    )
    flow, ratio, size = plan.ways
    assert (flow.command, flow.repetitions) == ("signal: throughput", 0)
    assert ratio.command == "sql: throughput / active_people"
    assert {turn.kpi for turn in list_turns(plan, "one")["local"]} == {size.name}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("signal = 'throughput'\nunit = 'x'\n", "kpis.a.better"),
        ("signal = 'throughput'\nbetter = 'higher'\n", "kpis.a.unit"),
        ("sql = ''\nunit = 'x'\nbetter = 'higher'\n", "kpis.a.sql"),
        ("signal = 'throughput'\nunit = 'x'\nbetter = 'higher'\nrepetitions = 3\n", "repetitions"),
        ("signal = 'a'\nsql = 'a'\nunit = 'x'\nbetter = 'higher'\n", "kpis.a.sql"),
    ],
)
def test_a_reading_that_cannot_be_is_told(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_plan(f"[kpis.a]\n{text}")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_run_without_a_finite_number_is_kept_as_failed(value: str) -> None:
    text = f'{{"groundplan_runs": [{{"kpi": "k", "unit": "ms", "values": [1, {value}]}}]}}'
    (found,) = read_results(text, "", ())
    assert (found.values, found.failed) == ((), "a value is no finite number")
