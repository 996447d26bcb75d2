"""The common SQL in Spark's words: its prelude, its settings, and the few tokens that it spells its
own way. Nothing else is rewritten: a transpiler was silently wrong in half of what it translated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from groundplan.facts.kinds import FactKind, Type

# Times are zoneless and in UTC; overflow is an error.
MEANING: Final = {
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
}
DAY_S: Final = 86_400
PRELUDE: Final = (
    "create or replace temporary function week_of(t timestamp_ntz) returns date "
    "return cast(date_trunc('week', t) as date)",
    *(
        f"create or replace temporary function {name}(a timestamp_ntz, b timestamp_ntz) "
        "returns double return (unix_micros(cast(b as timestamp_ltz)) "
        f"- unix_micros(cast(a as timestamp_ltz))) / {microseconds}D"
        for name, microseconds in (("days_between", 86400000000), ("hours_between", 3600000000))
    ),
)
_TOKEN: Final = re.compile(
    r"(?P<text>'(?:[^']|'')*')"
    r"|(?P<decimal>(?<![\w.])\d+\.\d+(?![\w.]))"
    r"|interval\s+(?P<days>\d+)\s+days?(?=\s+(?:preceding|following))"
    r"|(?<![:\w]):(?P<name>[a-z_]+)"
)
_TYPES: Final = {Type.TEXT: "string", Type.TIMESTAMP: "timestamp_ntz"}


def spell(sql: str, params: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """One SQL text as Spark reads it, and the parameters that are left for Spark to bind.

    A number with a point is a double, as division makes it in DuckDB: Spark's decimals round.
    Both ends of a frame must be of one type for Spark, so that its days become seconds.
    Moments are written as literals, since Spark would bind them in the driver's own time zone.
    """
    bound: dict[str, object] = {}

    def spelled(match: re.Match[str]) -> str:
        if match["decimal"]:
            return f"{match['decimal']}D"
        if match["days"]:
            return f"interval {int(match['days']) * DAY_S} seconds"
        if match["name"] is None:
            return _text(match["text"][1:-1].replace("''", "'"))
        value = params[match["name"]]
        if isinstance(value, date):
            return _moment(value)
        bound[match["name"]] = value
        return match[0]

    return _TOKEN.sub(spelled, sql), bound


def _text(value: str) -> str:
    """A text in which a backslash is a backslash."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _moment(value: date) -> str:
    if isinstance(value, datetime):
        return f"timestamp_ntz '{value.isoformat(sep=' ', timespec='microseconds')}'"
    return f"date '{value.isoformat()}'"


def schema_of(kind: FactKind) -> str:
    """The columns of a kind as Spark declares them."""
    return ", ".join(f"`{name}` {spark_type}" for name, spark_type in _columns(kind))


def nulls_of(kind: FactKind) -> str:
    """The columns of a kind as a selection of nulls."""
    return ", ".join(f"cast(null as {t}) as `{name}`" for name, t in _columns(kind))


def _columns(kind: FactKind) -> list[tuple[str, str]]:
    return [(column.name, _TYPES.get(column.type, column.type.value)) for column in kind.columns]
