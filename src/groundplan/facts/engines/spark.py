"""Spark, on a cluster or on this machine (`local[2]`): runs the common SQL over the same Parquet.

Results come back as a Parquet folder that DuckDB reads, so that both engines give the same columns
and no second array library is needed; rows that grow with the facts never pass through Python.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from groundplan.facts.engines.duckdb import Columns, DuckDB
from groundplan.facts.engines.spark_failures import explain
from groundplan.facts.engines.spark_session import PATIENCE_S, Link, Watch, has_stopped
from groundplan.facts.engines.spark_sql import PRELUDE, nulls_of, schema_of, spell
from groundplan.facts.kinds import FactKind
from groundplan.terms.errors import GroundplanError, SourceDown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")

_WORD: Final = re.compile(r"\w+")
_LENT: Final = {"O": "string", "b": "boolean", "M": "timestamp_ntz", "i": "bigint", "f": "double"}


class Spark:
    """One session. Tables are shown to it (`show`); it writes nothing but its scratch folder.

    master: where the cluster is. scratch: a folder that this process and every worker can write,
    also an object store's (`s3a://...`). settings: of Spark, beside its own spark-defaults.conf.
    """

    def __init__(
        self, master: str, scratch: str, settings: Mapping[str, str] | None = None
    ) -> None:
        self.scratch = scratch.rstrip("/")
        self._tables: dict[str, tuple[FactKind, tuple[str, ...]]] = {}
        self._connect(Link(master, settings or {}))

    @property
    def master(self) -> str:
        """Where the cluster is."""
        return self._link.master

    def close(self) -> None:
        """End the session, for all of its cursors too."""
        self._link.close()

    def cursor(self) -> Spark:
        """A second connection to the same tables, for another thread."""
        twin = object.__new__(Spark)
        twin.scratch, twin._tables = self.scratch, dict(self._tables)
        self._link.mend()
        twin._connect(self._link)
        return twin

    def _connect(self, link: Link) -> None:
        self._link = link
        self._lent: dict[str, Columns] = {}
        self._begin()

    def _begin(self) -> None:
        self._session = self._link.session.newSession()
        self._viewed: set[str] = set()
        for function in PRELUDE:
            self._session.sql(function)
        for table, columns in self._lent.items():
            _lend(self._session, table, columns)

    def show(self, table: str, kind: FactKind, paths: Sequence[str]) -> None:
        """Make Parquet files of one kind readable as a table; without files it is empty.

        Paths may be addresses of an object store (`s3a://...`). They are first looked at by the
        question that reads the table.
        """
        self._tables[table] = (kind, tuple(paths))
        self._viewed.discard(table)

    def lend(self, table: str, columns: Columns) -> None:
        """Let this connection alone read `columns` as a table of that name, until it is closed."""
        self._lent[table] = columns
        self._ask(lambda session: _lend(session, table, columns))

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> Columns:
        """Run one SQL text; a column of each name, nulls masked."""
        place = f"{self.scratch}/{uuid.uuid4().hex}"
        try:
            self._ask(lambda session: self._frame(session, sql, params).write.parquet(place))
            with self._fetched(place) as folder:
                return read_rows(sorted(folder.glob("*.parquet")))
        finally:
            self._delete(place)

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one SQL text; its rows as Python values, nulls as None. For few rows."""
        found = self._ask(lambda session: self._frame(session, sql, params).collect())
        return [tuple(row) for row in found]

    def spread(self, work: Callable[[Any], T], tasks: Sequence[Any]) -> list[T]:
        """Do each task on some worker, in Python; the results in the order of the tasks.

        A task whose worker is lost is done again by another one: `work` must bear that. Workers
        need Groundplan in their Python, and see the workspace's folder.
        """

        def run(session: SparkSession) -> list[T]:
            spread = session.sparkContext.parallelize(tasks, max(1, len(tasks)))
            return list(spread.map(work).collect())

        return self._ask(run)

    def _frame(
        self, session: SparkSession, sql: str, params: Mapping[str, object] | None
    ) -> DataFrame:
        for table in self._tables.keys() & set(_WORD.findall(sql)) - self._viewed:
            self._view(session, table)
            self._viewed.add(table)
        spelled, bound = spell(sql, params or {})
        return session.sql(spelled, args=bound) if bound else session.sql(spelled)

    def _view(self, session: SparkSession, table: str) -> None:
        kind, paths = self._tables[table]
        if paths:
            frame = session.read.schema(schema_of(kind)).parquet(*map(_as_it_is, paths))
        else:
            frame = session.sql(f"select {nulls_of(kind)} where false")  # and Spark plans no more
        frame.createOrReplaceTempView(table)

    def _ask(self, action: Callable[[SparkSession], T]) -> T:
        """What Spark answers, asked once more in a new session if the first one was lost."""
        try:
            try:
                return self._watched(action)
            except SourceDown:
                raise
            except Exception:
                if not self._link.is_lost() and not has_stopped(self._session):
                    raise
                self._link.mend()
                self._begin()
                return self._watched(action)
        except GroundplanError:
            raise
        except Exception as error:
            known = explain(error, self.master)
            if known is None:
                raise
            raise known from error

    def _watched(self, action: Callable[[SparkSession], T]) -> T:
        """The action's result; SourceDown if the cluster has no worker left for it."""
        if self.master.startswith("local"):
            return action(self._session)
        watch = Watch(self._session)
        try:
            return action(self._session)
        except Exception as error:
            if not watch.gave_up:
                raise
            raise SourceDown(
                f"{self.master}: no worker for {PATIENCE_S:.0f} seconds",
                "Start workers, or look at the master's page; the question may be asked again.",
            ) from error
        finally:
            watch.end()

    @contextmanager
    def _fetched(self, place: str) -> Iterator[Path]:
        """The folder `place` as one of this machine."""
        if "://" not in place:
            yield Path(place)
            return
        with tempfile.TemporaryDirectory(prefix="groundplan-") as folder:
            path, files = self._files(place)
            files.copyToLocalFile(False, path, self._java_path(f"{folder}/rows"), True)
            yield Path(folder) / "rows"

    def _delete(self, place: str) -> None:
        if "://" not in place:
            shutil.rmtree(place, ignore_errors=True)
        elif not has_stopped(self._session):
            path, files = self._files(place)
            files.delete(path, True)

    def _files(self, place: str) -> tuple[Any, Any]:
        """A place as Java's path, and the file system that it is in."""
        path = self._java_path(place)
        return path, path.getFileSystem(self._session.sparkContext._jsc.hadoopConfiguration())

    def _java_path(self, place: str) -> Any:
        jvm: Any = self._session.sparkContext._jvm
        return jvm.org.apache.hadoop.fs.Path(place)


def _as_it_is(path: str) -> str:
    """A path that means itself: Spark takes brackets and stars for patterns."""
    return re.sub(r"([\\{}\[\]*?])", r"\\\1", path)


def _lend(session: SparkSession, table: str, columns: Columns) -> None:
    schema = ", ".join(f"`{name}` {_LENT[c.dtype.kind]}" for name, c in columns.items())
    values = [np.ma.asarray(column).tolist() for column in columns.values()]
    rows = list(zip(*values, strict=True))
    session.createDataFrame(rows, schema).createOrReplaceTempView(table)


def read_rows(files: Sequence[Path]) -> Columns:
    """The rows of Parquet files of one shape; a text that many rows have is once in memory.

    A row of a signal is mostly somebody's id: half as much memory holds the same rows.
    """
    known: dict[str, str] = {}
    parts: list[Columns] = []
    with closing(DuckDB()) as reader:
        for path in files:
            quoted = str(path).replace("'", "''")
            found = reader.query(f"select * from read_parquet('{quoted}')")
            parts.append({name: _share(column, known) for name, column in found.items()})
    return {name: _join([part.pop(name) for part in parts]) for name in list(parts[0])}


def _share(column: npt.NDArray[Any], known: dict[str, str]) -> npt.NDArray[Any]:
    if column.dtype != object:
        return column
    texts = np.ma.getdata(column)
    if len(set(texts)) * 2 > len(texts):
        return column
    for row, text in enumerate(texts):
        texts[row] = known.setdefault(text, text)
    return column


def _join(columns: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    if any(np.ma.isMaskedArray(column) for column in columns):
        joined: npt.NDArray[Any] = np.ma.concatenate(columns)  # type: ignore[no-untyped-call]
        return joined
    return np.concatenate(columns)
