"""What the role keeps, and what it does with rows that it can't use."""

import pytest
from msgspec import msgpack

from citystream.contracts.state import MICRO
from citystream.contracts.traffic import TrafficWindow
from citystream.fold.fold import Slot
from citystream.fold.rows import FACTS_KEY, Facts, facts_value, slot_key, slot_value
from citystream.log.kafka_time import Ordered, Part
from citystream.settings import Settings, SettingsError
from services.traffic.aggregate import service
from services.traffic.forecast import rows as forecast_rows
from services.traffic.forecast.closing import STEP_MS
from services.traffic.forecast.stepper import STEPPED, Stepper, inputs
from tests.citystream.records import FakeRecord

SETTINGS = Settings(disorder_s=0)
VIEW = service(None).windows[0]
START_MS = 1_790_000_100_000 - 1_790_000_100_000 % STEP_MS
SOURCE = Part(inputs(SETTINGS).windows, 0)
ROADS = ("a", "b")


def feed(stepper: Stepper, step: int, roads: tuple[str, ...] = ROADS) -> None:
    """One window of the roads, told and closed."""
    start_ms, offset = START_MS + step * STEP_MS, step * 10
    for number, road in enumerate(roads):
        slot = Slot(VIEW, road, start_ms // 1000, TrafficWindow(1, 1, (50 + step % 3 + number) * MICRO))
        slot.offset = offset + number
        take(stepper, FakeRecord(offset + number, slot_value(slot, 0), key=slot_key(slot)))
    facts = facts_value(Facts(0, offset + len(roads), start_ms + STEP_MS))
    take(stepper, FakeRecord(offset + len(roads), facts, key=FACTS_KEY))


def take(stepper: Stepper, record: FakeRecord) -> None:
    for window in stepper.take(Ordered(SOURCE, record.timestamp, record)):
        stepper.step(window)


def stepped(steps: int) -> tuple[Stepper, dict[str, bytes]]:
    """A stepper after so many steps, and all that it wrote."""
    stepper = Stepper(SETTINGS, None)
    written: dict[str, bytes] = {}
    for step in range(steps):
        feed(stepper, step)
        written |= stepper.rows()
    return stepper, written


def test_from_its_rows_it_goes_on_as_if_nothing_had_happened() -> None:
    whole, written = stepped(20)
    again = Stepper(SETTINGS, None)
    again.restore(written)
    assert again.forecasts == whole.forecasts
    for step in range(20, 25):
        feed(whole, step)
        feed(again, step)
        assert again.forecasts == whole.forecasts
        changed, wanted = again.rows(), whole.rows()
        positions = msgpack.decode(wanted[STEPPED])
        assert positions == msgpack.decode(changed[STEPPED])
        assert changed == wanted


def test_what_another_version_learned_is_learned_anew_and_its_rows_are_emptied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, written = stepped(20)
    monkeypatch.setattr(forecast_rows, "FORMAT", forecast_rows.FORMAT + 1)
    newer = Stepper(SETTINGS, None)
    newer.restore(written)
    assert newer.end_ms == START_MS + 20 * STEP_MS
    # One road tells nothing any more: its rows would be in the way at each start.
    feed(newer, 20, ROADS[:1])
    written |= newer.rows()
    assert not any(value for key, value in written.items() if key.endswith("/b"))
    again = Stepper(SETTINGS, None)
    again.restore(written)
    assert again.forecasts == newer.forecasts
    assert again.forecaster.report() == newer.forecaster.report()


def test_windows_that_do_not_make_up_five_minutes_are_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="CITY_WINDOW_S: forecasts are of 300 s, which 7 does not divide"):
        Stepper(Settings(window_s=7), None)
