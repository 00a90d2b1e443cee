"""How the layers stand, and since when: as far as this process has seen."""

from collections.abc import Iterable, Sequence
from typing import Literal

from citystream.contracts.status import ProcessStatus
from gateway import metrics
from gateway.link import Link, now_ms

State = Literal["up", "degraded", "down", "unknown"]
Reader = Literal["archive", "days"]
"""What reads the batch layer: the fold of the archive's last hours, the reader of closed days."""


class Layer:
    """One layer; unknown until something was seen of it."""

    def __init__(self) -> None:
        self.state: State = "unknown"
        self.since_ms: int | None = None
        """When it came into its state, epoch milliseconds; None while that is unknown."""

    def saw(self, state: State) -> None:
        """Note how it stands now."""
        if state != self.state:
            self.state = state
            self.since_ms = None if state == "unknown" else now_ms()


class BatchLayer(Layer):
    """S3, as this process reads it: up while each reader that asked was answered."""

    def __init__(self) -> None:
        super().__init__()
        self._answered: dict[Reader, bool] = {}

    def asked(self, reader: Reader, *, answered: bool) -> None:
        """Note whether S3 answered a reader."""
        self._answered[reader] = answered
        metrics.BATCH_UP.labels(reader).set(answered)
        self.saw("up" if all(self._answered.values()) else "down")


class SinkLayer(Layer):
    """A layer that is known only from those who write to it."""

    def __init__(self, sink: str) -> None:
        super().__init__()
        self.pending = 0
        """Values that wait to be written there."""
        self._sink = sink

    def hear(self, processes: Iterable[ProcessStatus]) -> None:
        """Take what those that are there say of it."""
        said = [process.sinks[self._sink] for process in processes if self._sink in process.sinks]
        self.pending = sum(one.pending for one in said)
        self.saw(_agreed([one.state for one in said]))


class LayerStates:
    """All of them, as users call them."""

    def __init__(self, speed: Link) -> None:
        self.speed = speed
        self.batch = BatchLayer()
        self.archive = SinkLayer("s3")
        self.search = SinkLayer("elasticsearch")

    def hear(self, processes: Sequence[ProcessStatus]) -> None:
        """Take what those that are there say of their sinks."""
        for layer in (self.archive, self.search):
            layer.hear(processes)


def _agreed(states: Sequence[State]) -> State:
    if not states:
        return "unknown"
    return states[0] if len(set(states)) == 1 else "degraded"
