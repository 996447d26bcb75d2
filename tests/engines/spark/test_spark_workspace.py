"""A workspace that names a cluster shows the numbers that it would show without one."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from groundplan.bootstrap.engines import ENGINE, SCRATCH, Engines
from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.code import CODE_KINDS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.engines.spark import Spark
from groundplan.facts.erasure import Traces
from groundplan.signals.signal import Reading
from groundplan.terms.errors import BadInput, SourceBroken
from groundplan.terms.estimate import Estimate
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from tests.engines.spark.agreement import differ
from tests.engines.spark.cluster import Cluster
from tests.many_repositories import make

pytestmark = pytest.mark.xdist_group("spark")
DAY_S = 86_400
MEASURED = ("throughput", "rework", "co_change")


def read(workspace: Workspace) -> dict[str, Reading]:
    context, scope = workspace.context(), workspace.scope()
    return {
        signal.name: context.measure(signal, scope)
        for signal in workspace.signals
        if signal.name in MEASURED
    }


def test_the_numbers_are_the_same_and_go_when_somebody_is_erased(
    cluster: Cluster, spark: Spark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "repo0", 400, DAY_S)
    folder = tmp_path / "w"
    with closing(Workspace(folder, Silent())) as alone:
        alone.read_names(tmp_path / "repo0")
        alone.read_lines("repo0")
        expected = read(alone)
    assert isinstance(expected["throughput"].now, Estimate)
    assert not list((folder / "mart").glob("*.tables"))
    monkeypatch.setenv(ENGINE, cluster.address)
    with closing(Workspace(folder, Silent())) as together:
        assert differ(list(read(together).values()), list(expected.values())) == []
        (tables,) = (folder / "mart").glob("*.tables")
        assert list((folder / "scratch").iterdir()) == []
        together.ledger.erase(Traces((Account("A0", "a0@example.com"),)), CODE_KINDS)
        together.refresh()  # on the cluster
        (newer,) = (folder / "mart").glob("*.tables")
        assert newer != tables
        accounts = DuckDB().rows(f"select email from read_parquet('{newer}/accounts/*.parquet')")
        assert len(accounts) == 8
        assert ("a0@example.com",) not in accounts
        assert len(list((newer / "changes").iterdir())) == 1


@pytest.mark.parametrize(
    ("told", "environ", "spread"),
    [
        ({}, {}, False),
        ({"engine": "spark://h:1", "scratch": "s3a://b/c"}, {}, True),
        ({"engine": "spark://h:1"}, {ENGINE: "duckdb"}, False),
        ({}, {ENGINE: "local[2]", SCRATCH: "/there"}, True),
    ],
)
def test_the_environment_goes_before_the_settings(
    tmp_path: Path, told: dict[str, str], environ: dict[str, str], spread: bool
) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(told))
    assert Engines(tmp_path, environ).spread is spread


def test_what_no_engine_is_called_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="spark://HOST:PORT"):
        Engines(tmp_path, {ENGINE: "oracle"})
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(SourceBroken, match=r"settings\.json"):
        Engines(tmp_path, {})
