"""What went wrong on a cluster, said so that somebody can act: which file, which worker, what next.

Spark tells it in long traces; the words looked for here are those of its own error classes.
"""

from __future__ import annotations

import re
from typing import Final

from groundplan.facts.manifest import REREAD
from groundplan.terms.errors import GroundplanError, SourceBroken, SourceDown

_PATH: Final = r"((?:file|s3a?|gs|abfss?|hdfs):[^\s'\"`,;]+|/[^\s'\"`,;]+\.parquet)"
_FILE: Final = re.compile(r"(?:file|path|Path does not exist:)[^\n]{0,40}?" + _PATH)
_ANY_FILE: Final = re.compile(_PATH)

# 52: Spark's own where memory is out; 137: the system killed the process
_MEMORY: Final = re.compile(
    r"OutOfMemoryError|exit(?:ed)?(?: with)? (?:code|status):? (?:52|137)\b"
)
_MISSING: Final = ("FILE_NOT_EXIST", "PATH_NOT_FOUND", "FileNotFoundException")
_STRANGE: Final = ("PARQUET_COLUMN_DATA_TYPE_MISMATCH", "SchemaColumnConvertNotSupported")
_CORRUPT: Final = ("FAILED_READ_FILE", "is not a Parquet file", "CANNOT_READ_FILE_FOOTER")
_GONE: Final = (
    "SparkContext was shut down",
    "stopped SparkContext",
    "Master removed our application",
    "All masters are unresponsive",
    "Connection refused",
    "ExecutorLostFailure",
    "FetchFailed",
)


def explain(error: BaseException, master: str) -> GroundplanError | None:
    """The failure as an error for a person; None if it is none that a cluster brings about."""
    text = _whole(error)
    path = _file_of(text)
    if _MEMORY.search(text):
        return SourceDown(
            f"{master}: an executor ran out of memory",
            "Give executors more (spark.executor.memory in spark-defaults.conf), or cut the work "
            "into more pieces (spark.sql.shuffle.partitions).",
        )
    if any(word in text for word in _MISSING):
        return SourceBroken(
            f"{path}: the file is gone", f"Workers must see the workspace's folder. {REREAD}"
        )
    if any(word in text for word in _STRANGE):
        return SourceBroken(
            f"{path}: a column has another type than this Groundplan writes",
            f"It may come from a newer version: update. {REREAD}",
        )
    if any(word in text for word in _CORRUPT):
        return SourceBroken(f"{path}: no readable Parquet file", REREAD)
    if any(word in text for word in _GONE):
        return SourceDown(
            f"{master}: the cluster is gone, or its workers are lost again and again",
            "Look at the master's page and the workers' logs; the question may be asked again.",
        )
    return None


def _whole(error: BaseException) -> str:
    parts = [str(error)]
    java = getattr(error, "java_exception", None)
    if java is not None:
        parts.append(str(java.toString()))
    if error.__cause__ is not None:
        parts.append(str(error.__cause__))
    return "\n".join(parts)


def _file_of(text: str) -> str:
    found = _FILE.search(text) or _ANY_FILE.search(text)
    return found[1].rstrip(".") if found else "a segment"
