"""How long what was read of a past time may be told again."""

# Late events come within minutes: behind the newest event by this, next to nothing changes any more.
SETTLED_S = 900
KEPT_S, KEPT_RECENT_S = 600.0, 5.0


def kept_until(end_s: int, newest_ms: int | None, now_s: float) -> float:
    """Until when, on the clock of `now_s`; `end_s` (epoch seconds) is where that time ends.

    Judged by the newest event and not by the clock: a feed of an earlier year is as recent as its own newest.
    """
    settled = newest_ms is not None and end_s + SETTLED_S <= newest_ms // 1000
    return now_s + (KEPT_S if settled else KEPT_RECENT_S)
