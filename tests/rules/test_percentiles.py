"""Percentiles keep their promise: within 1 % of the true value, however their parts were merged."""

import math

from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts import sketch
from citystream.contracts.sketch import Buckets

# What the contract allows, and at or below a resolution that any sensor has; 0 is exact.
speeds = st.just(0.0) | st.floats(1e-3, 400)
QUANTILES = (0.0, 0.15, 0.5, 0.85, 0.99, 1.0)


def counted(values: list[float]) -> Buckets:
    buckets: Buckets = {}
    for value in values:
        buckets = sketch.merge(buckets, {sketch.bucket(value): 1})
    return buckets


@given(values=st.lists(speeds, min_size=1, max_size=200), cut=st.integers(0, 200))
def test_a_percentile_is_within_one_percent(values: list[float], cut: int) -> None:
    merged = sketch.merge(counted(values[:cut]), counted(values[cut:]))
    ranked = sorted(values)
    for quantile, found in zip(QUANTILES, sketch.quantiles(merged, QUANTILES), strict=True):
        true = ranked[math.floor(quantile * (len(ranked) - 1))]
        assert found is not None
        assert abs(found - true) <= sketch.RELATIVE_ACCURACY * true * (1 + 1e-9)
