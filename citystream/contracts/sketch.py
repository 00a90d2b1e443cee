"""Speed quantiles as DDSketch bucket counts.

Buckets are the library's (`ddsketch`, logarithmic mapping): a quantile read from them is within 1 % of
the true value, however the counts were merged. Counts are integers, so merging is exact and order-free.
"""

from functools import lru_cache

from ddsketch import DDSketch
from ddsketch.mapping import LogarithmicMapping

RELATIVE_ACCURACY = 0.01
ZERO_BUCKET = -32_768
"""Standstill has no logarithm; no speed of a contract maps here."""

_mapping = LogarithmicMapping(RELATIVE_ACCURACY)

Buckets = dict[int, int]


# 65,536 floats: sensors report one or two decimals, so a city's speeds repeat.
@lru_cache(maxsize=65_536)
def bucket(value: float) -> int:
    """Bucket of one value >= 0."""
    if value < 1e-3:
        return ZERO_BUCKET
    return int(_mapping.key(value))


def merge(left: Buckets, right: Buckets) -> Buckets:
    """Bucket counts of both."""
    merged = dict(left)
    for key, count in right.items():
        merged[key] = merged.get(key, 0) + count
    return merged


def quantiles(buckets: Buckets, wanted: tuple[float, ...]) -> tuple[float | None, ...]:
    """Values at the wanted quantiles (0 to 1); None where nothing was counted."""
    sketch = DDSketch(RELATIVE_ACCURACY)
    for key, count in buckets.items():
        if key == ZERO_BUCKET:
            sketch.add(0.0, count)
        else:
            sketch.add(_mapping.value(key), count)
    return tuple(sketch.get_quantile_value(quantile) for quantile in wanted)
