"""How layers stand, and since when."""

from itertools import count

import pytest

from citystream.contracts.status import ProcessStatus, SinkStatus
from gateway import layer_states
from gateway.layer_states import BatchLayer, Layer, SinkLayer

UP, DOWN = SinkStatus(state="up", pending=1), SinkStatus(state="down", pending=8)


@pytest.fixture(autouse=True)
def each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock goes on by a second whenever it is asked."""
    seconds = count(1)
    monkeypatch.setattr(layer_states, "now_ms", lambda: next(seconds) * 1_000)


def standing(layer: Layer) -> tuple[str, int | None]:
    return layer.state, layer.since_ms


def process(**sinks: SinkStatus) -> ProcessStatus:
    return ProcessStatus(
        process="gps", role="archive", instance="host-1", at_ms=0, health_port=1, state="up", sinks=sinks
    )


def test_a_state_that_goes_on_began_when_it_was_first_seen() -> None:
    layer = SinkLayer("s3")
    assert standing(layer) == ("unknown", None)
    for _ in range(2):
        layer.hear([process(s3=UP)])
        assert standing(layer) == ("up", 1_000)
    layer.hear([process(s3=DOWN)])
    assert standing(layer) == ("down", 2_000)


def test_those_who_write_to_a_layer_tell_of_it_together() -> None:
    layer = SinkLayer("s3")
    layer.hear([process(s3=UP), process(s3=DOWN), process(redis=DOWN)])
    assert (layer.state, layer.pending) == ("degraded", 9)
    layer.hear([process(redis=UP)])
    assert (*standing(layer), layer.pending) == ("unknown", None, 0)


def test_the_batch_layer_is_down_while_one_of_its_readers_has_no_answer() -> None:
    layer = BatchLayer()
    assert standing(layer) == ("unknown", None)
    layer.asked("days", answered=True)
    layer.asked("archive", answered=True)
    assert standing(layer) == ("up", 1_000)
    layer.asked("archive", answered=False)
    layer.asked("days", answered=True)
    assert standing(layer) == ("down", 2_000)
    layer.asked("archive", answered=True)
    assert standing(layer) == ("up", 3_000)
