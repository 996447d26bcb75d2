"""The kinds of fact that trackers and pushes bring besides threads: what was worked on an item,
how items hang together, what broke in production, and what was measured.
"""

from __future__ import annotations

from typing import Final

from groundplan.facts.kinds import Column, FactKind, Type

SOURCE: Final = Column("source", Type.TEXT, "the connection's id in this workspace")
SEEN: Final = Column("seen", Type.BIGINT, "the raw reply that told it; larger is later")
TOLD: Final = "told"  # the id of the row that says: all of the item is told anew

WORKLOGS = FactKind(
    name="worklogs",
    version=1,
    grain="one entry of working time on a work item; `told`: what was told before holds no more",
    columns=(
        SOURCE,
        Column("key", Type.TEXT, "the item's key there: AB-12"),
        Column("worklog_id", Type.TEXT, "the tracker's own id; `told` for none, all are told anew"),
        Column("started_at", Type.TIMESTAMP, "UTC; where only a day is told, its beginning"),
        Column("hours", Type.DOUBLE, "as written down; null of `told`"),
        Column("name", Type.TEXT, "who worked; empty for a deleted account"),
        Column("email", Type.TEXT, "their address there"),
        SEEN,
    ),
    key=("source", "key", "worklog_id", "seen"),
    accounts=(("name", "email"),),
)

ITEM_LINKS = FactKind(
    name="item_links",
    version=1,
    grain="one link from a work item to another; `told`: what was told before holds no more",
    columns=(
        SOURCE,
        Column("key", Type.TEXT, "the item's key there: AB-12"),
        Column("link_id", Type.TEXT, "the tracker's own id; `told` for none, all are told anew"),
        Column("relation", Type.TEXT, "blocks, blocked_by, duplicates, duplicated_by, follows, "
               "precedes, causes, caused_by, relates or other: what the item is to the other"),
        Column("told_relation", Type.TEXT, "in the tracker's own words"),
        Column("other", Type.TEXT, "the other item's key"),
        SEEN,
    ),
    key=("source", "key", "link_id", "seen"),
)  # fmt: skip

INCIDENTS = FactKind(
    name="incidents",
    version=1,
    grain="one observation of an incident; the latest holds",
    columns=(
        SOURCE,
        Column("incident_id", Type.TEXT, "the id that whoever pushed it gave"),
        Column("title", Type.TEXT, "as written"),
        Column("severity", Type.TEXT, "as told; empty if not"),
        Column("environment", Type.TEXT, "as told; empty if not"),
        Column(
            "deployment_id", Type.TEXT, "the deployment that caused it; null if none or unknown"
        ),
        Column("started_at", Type.TIMESTAMP, "UTC, when it began"),
        Column("resolved_at", Type.TIMESTAMP, "UTC; null until it is"),
        Column("told_at", Type.TIMESTAMP, "UTC, since when it was so; the latest holds"),
        SEEN,
    ),
    key=("source", "incident_id", "seen"),
    texts=("title",),
)

MEASUREMENTS = FactKind(
    name="measurements",
    version=1,
    grain="one observation of a measurement; the latest holds",
    columns=(
        SOURCE,
        Column("measurement_id", Type.TEXT, "the id that whoever pushed it gave"),
        Column("kpi", Type.TEXT, "what was measured"),
        Column("unit", Type.TEXT, "of the value; s, bytes, 1 for a share"),
        Column("value", Type.DOUBLE, "as measured"),
        Column("measured_at", Type.TIMESTAMP, "UTC"),
        Column("commit_id", Type.TEXT, "what was measured; null if not told"),
        Column("host", Type.TEXT, "where; empty if not told"),
        Column("session", Type.TEXT, "values of one session are not independent; empty if none"),
        SEEN,
    ),
    key=("source", "measurement_id", "seen"),
)

ITEM_KINDS: Final = (WORKLOGS, ITEM_LINKS, INCIDENTS, MEASUREMENTS)
