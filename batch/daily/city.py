"""What the city model knows of roads and places."""

import h3
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from citystream.contracts.city_model import CityModel, Position, Road
from citystream.contracts.daily import CELL_RESOLUTION

SCHEMA = pa.schema([("road_id", pa.string()), ("area", pa.string()), ("model_kmh", pa.float64())])


def roads(model: CityModel | None) -> ir.Table:
    """Each road's `area` and free-flow speed; none without a model."""
    known = model.roads.values() if model else ()
    rows = [{"road_id": one.id, "area": _area(one), "model_kmh": one.free_flow_kmh} for one in known]
    return ibis.memtable(pa.Table.from_pylist(rows, SCHEMA))


def cell(longitude: float, latitude: float) -> str:
    """The H3 cell of a place."""
    found: str = h3.latlng_to_cell(latitude, longitude, CELL_RESOLUTION)
    return found


def _area(road: Road) -> str:
    return road.area or cell(*_middle(road.line))


def _middle(line: list[Position]) -> Position:
    return line[len(line) // 2]
