"""`daily.modes`."""

import ibis
import ibis.expr.types as ir

from citystream.contracts.camera import CameraCounts

COLUMNS = ("road_id", "counts")
CLASSES = CameraCounts.__struct_fields__


def modes(observations: ir.Table) -> ir.Table:
    """What cameras counted, by road and in all."""
    counted = observations.select(
        "road_id", **{name: observations["counts"][name].fill_null(0) for name in CLASSES}
    )
    roads = counted.group_by("road_id").agg(**_sums(counted))
    city = counted.agg(**_sums(counted)).mutate(road_id=ibis.null("string"))
    every = roads.union(city.select(*roads.columns))
    total = sum(every[name] for name in CLASSES).nullif(0)
    return every.mutate(**{f"{name}_pct": 100 * every[name] / total for name in CLASSES})


def _sums(counted: ir.Table) -> dict[str, ir.Value]:
    return {"observations": counted.count(), **{name: counted[name].sum() for name in CLASSES}}
