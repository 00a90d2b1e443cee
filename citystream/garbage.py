"""Python's garbage collector, told to look seldom."""

import gc

# Objects made between two looks, and looks at the young between two at the older.
OBJECTS = 50_000
GENERATIONS = 20


def collect_seldom() -> None:
    """What is there now stays; what comes from now on mostly goes without cycles."""
    gc.freeze()
    gc.set_threshold(OBJECTS, GENERATIONS, GENERATIONS)
