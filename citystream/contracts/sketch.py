"""Speed quantiles as DDSketch bucket counts.

Buckets are the library's (`ddsketch`, logarithmic mapping): a quantile read from them is within 1 % of
the true value, however the counts were merged. Counts are integers, so merging is exact and order-free.
"""

from functools import lru_cache

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


# More than there are buckets of speeds.
@lru_cache(maxsize=4_096)
def _value(key: int) -> float:
    return 0.0 if key == ZERO_BUCKET else float(_mapping.value(key))


def merge(left: Buckets, right: Buckets) -> Buckets:
    """Bucket counts of both."""
    merged = dict(left)
    for key, count in right.items():
        merged[key] = merged.get(key, 0) + count
    return merged


def quantiles(buckets: Buckets, wanted: tuple[float, ...]) -> tuple[float | None, ...]:
    """Values at the wanted quantiles (0 to 1, ascending); None where nothing was counted.

    As `DDSketch.get_quantile_value` answers, without building a sketch for each answer.
    """
    if not buckets:
        return (None,) * len(wanted)
    # Standstill's bucket comes before all others.
    ordered = sorted(buckets.items())
    last = sum(buckets.values()) - 1
    values: list[float] = []
    upto, at = 0, -1
    for quantile in wanted:
        while upto <= quantile * last:
            at += 1
            upto += ordered[at][1]
        values.append(_value(ordered[at][0]))
    return tuple(values)
