"""Real data through Kafka and the traffic service, against pandas."""

import asyncio
import os
from pathlib import Path

import pandas as pd
import pytest

from citystream.contracts.traffic import WINDOW_S
from citystream.log.admin import create_topics
from demo.environment import city_environment
from demo.servers.process import installed
from tests.conftest import MakeSettings
from tests.harness import kafka_log, outputs
from tests.harness.patience import PATIENCE_S
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

DATA = Path(__file__).parents[3] / "shared" / "data"
KMH_PER_MPH = 1.609344
START = pd.Timestamp("2012-03-01T00:00:00Z")


@pytest.mark.real
@pytest.mark.skipif(
    not (DATA / "los_speed.csv").exists(),
    reason=f"the Los Angeles loop detector data is not at {DATA} (los_speed.csv)",
)
async def test_every_window_of_los_angeles_has_the_mean_that_pandas_computes(
    settings: MakeSettings, tmp_path: Path
) -> None:
    # Elasticsearch is away: 400,000 documents would tell nothing more, and nothing else may suffer from it.
    # Redis takes states more slowly than they are made: folding has to wait, or values would be dropped.
    own = settings(namespace="losloop", archive_s=5, sink_pending=20_000, elasticsearch="http://127.0.0.1:9")
    await create_topics(own, ["traffic"])
    worker = Worker("traffic", own, tmp_path)
    worker.start()
    await worker.ready()
    feed = await asyncio.create_subprocess_exec(
        installed("city-simulator"),
        *("feed", "--dataset", "los-loop", str(DATA), "--namespace", own.namespace),
        env={**os.environ, **city_environment(own)},
    )
    async with asyncio.timeout(PATIENCE_S):
        assert await feed.wait() == 0
    await kafka_log.drained(own, "traffic", seconds=180)
    await worker.flushed("redis")
    assert worker.stop() == 0

    mph = pd.read_csv(DATA / "los_speed.csv")
    kmh = (mph * KMH_PER_MPH).round(6)
    kmh.index = pd.date_range(START, periods=len(mph), freq="5min")
    means = kmh.resample(f"{WINDOW_S}s").mean()
    wanted = {
        (f"la-{sensor}", int(start.timestamp())): means.at[start, sensor]
        for sensor in means.columns
        for start in means.index
    }
    (view,) = SERVICES["traffic"].windows
    found = await outputs.windows(own, "traffic", view)
    assert len(wanted) == mph.size == 2016 * 207
    assert {window: state.mean_speed_kmh for window, state in found.items()} == wanted
    assert len(await outputs.archived(own, "traffic")) == mph.size
