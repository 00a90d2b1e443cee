"""The same speeds with holes: what sensors leave out, and hours in which none is heard."""

import numpy as np

from bench.forecast.speeds import Floats
from citystream.contracts.forecast import STEP_S

SEED = 24
ZEROS = 0.05
"""Share of readings that are missing, each by chance."""
OUTAGES = 2
OUTAGE_MIN = 120


def with_gaps(values: Floats, scored: range) -> Floats:
    """Speeds without some, over all steps, and without any in `OUTAGES` stretches of the scored steps."""
    random = np.random.default_rng(SEED)
    holey = np.where(random.random(values.shape) < ZEROS, np.nan, values)
    length = OUTAGE_MIN * 60 // STEP_S
    part = len(scored) // OUTAGES
    for number in range(OUTAGES):
        # One in each part, so that they never meet.
        start = scored.start + number * part + int(random.integers(max(1, part - length)))
        holey[start : start + length] = np.nan
    return holey
