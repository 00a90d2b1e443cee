"""The forecast role: windows, weather, incidents -> one order -> step -> topic, table, Redis.

It needs the whole city, so one process does it. A step is written in one order: forecasts to their topic,
the state that made them to the table, then Redis, which may be away. Whoever repeats a step after a crash
makes the same forecasts of it.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from faust import App

from citystream.app import sole_app
from citystream.contracts import forecast as contract
from citystream.contracts import topics
from citystream.contracts.city_model import load
from citystream.contracts.forecast import RoadForecast, document
from citystream.contracts.status import SinkStatus
from citystream.fold.fold import LatestState, Slot
from citystream.fold.updates import Origin
from citystream.log.merged import MergedLog
from citystream.metrics import Metrics, show_sink
from citystream.roles import Running
from citystream.service import Latest
from citystream.settings import Settings
from citystream.sinks.redis import RedisSink
from citystream.sole import SoleRole
from citystream.state.producer import Row
from citystream.state.table import ExactTable
from services.traffic.forecast.closed import ClosedWindow
from services.traffic.forecast.stepper import STEPPED, Stepper, inputs

TYPE, ROLE = "traffic", "forecast"

_roads: Latest[Any] = Latest(contract.ROADS, key=str, value=lambda _, __: {}, ttl_s=contract.TTL_S)
_models: Latest[Any] = Latest(contract.MODELS, key=str, value=lambda _, __: {}, ttl_s=contract.TTL_S)
_origin = Origin(contract.TYPE, 0, 0, {})


class ForecastRole(SoleRole):
    """One process's forecasts."""

    def __init__(self, app: App, table: ExactTable, settings: Settings, metrics: Metrics) -> None:
        super().__init__(app, table, TYPE, ROLE, STEPPED, settings, metrics)
        # Read when it starts, so that a model that can't be used is told then.
        self._model = load(settings.model) if settings.model else None
        self._redis = RedisSink(settings, contract.TYPE)
        self._output = topics.output(settings.namespace, TYPE, ROLE)
        self._stepper = Stepper(settings, self._model)
        self._merged: MergedLog | None = None
        self._taken = 0
        self._slots: dict[tuple[str, str], Slot] = {}
        """What Redis has or waits for, by view and key: a newer forecast takes an older one's place."""

    async def stop(self) -> None:
        await super().stop()
        await self._redis.close()

    async def work(self, rows: Mapping[str, bytes]) -> None:
        """Read, step, write; see `SoleRole`."""
        self._stepper = Stepper(self.settings, self._model)
        if rows:
            self._stepper.restore(rows)
            self._show(self._stepper.forecasts.values())
        merged = MergedLog(self.settings, inputs(self.settings), self._stepper.positions)
        self._merged = merged
        try:
            await merged.start()
            while True:
                await self._read(merged)
                await self._write_redis()
        finally:
            self._merged = None
            await merged.stop()

    async def _read(self, merged: MergedLog) -> None:
        with self.metrics.spending(ROLE, "poll"):
            records = await merged.read()
        for ordered in records:
            for window in self._stepper.take(ordered):
                # Of a whole city some hundred milliseconds: health is answered meanwhile.
                with self.metrics.spending(ROLE, "learn"):
                    messages, rows = await asyncio.to_thread(self._step, window)
                with self.metrics.spending(ROLE, "table"):
                    # What is saved was published.
                    await self.producer.rows(self._output, 0, messages)
                    await self.table.save(self.producer, rows)
                self._show(self._stepper.forecasts.values())
                await self._write_redis()
            merged.passed(ordered)
            self._taken += 1

    def _step(self, window: ClosedWindow) -> tuple[list[Row], dict[str, bytes]]:
        """What is to be published, and to be saved."""
        encode = msgspec.json.encode
        forecasts = self._stepper.step(window)
        messages = [Row(one.road_id.encode(), encode(document(one)), b"") for one in forecasts]
        return messages, self._stepper.rows()

    def _show(self, forecasts: Iterable[RoadForecast]) -> None:
        """Offer to Redis."""
        slots = [self._slot(_roads, one.road_id, one) for one in forecasts]
        report = self._stepper.forecaster.report()
        self._redis.offer([*slots, self._slot(_models, report.name, report)], _origin)

    def _slot(self, view: Latest[Any], key: str, value: msgspec.Struct) -> Slot:
        slot = self._slots.setdefault((view.name, key), Slot(view, key, 0, None))
        slot.state = LatestState(self.table.step, msgspec.to_builtins(value), None)
        slot.time_ms = self._stepper.end_ms
        return slot

    async def _write_redis(self) -> None:
        await self._redis.check_alive()
        if self._redis.take_returned():
            self._show(self._stepper.forecasts.values())
        await self._redis.flush()
        show_sink(self.metrics, self.role, self._redis)

    @property
    def taken(self) -> int:
        return self._taken

    @property
    def lag(self) -> int:
        return self._merged.lag if self._merged else 0

    @property
    def inputs(self) -> int:
        return self._merged.parts if self._merged else 0

    @property
    def sinks(self) -> Mapping[str, SinkStatus]:
        return {self._redis.name: self._redis.status()}


def running(settings: Settings, metrics: Metrics) -> Running:
    """The role, for a worker.

    Raises:
        SettingsError: windows of this length do not make up a forecast's.
    """
    app, role = sole_app(TYPE, ROLE, settings, lambda app, table: ForecastRole(app, table, settings, metrics))
    return Running(app, role, role, (role.run,))
