"""### Compact the archive

Every morning at 7:30 of the city's clock: yesterday's events out of the archive, typed, each once
(`city-batch compact`), and their windows (`city-batch windows`). By then a partition that fell silent is
known to be idle. Then the other jobs of the day follow, each by the asset of the one before.

**One day by hand**: trigger it with `{"date": "2026-11-27"}`.

**When it fails** the day is as it was before. The log's last line says why; clear the task, or trigger the
day again.
"""

from batch.airflow.assets import COMPACTED
from batch.airflow.city_batch import days, each_day
from batch.airflow.dag import city_dag

with city_dag("compact_archive", __doc__, "30 7 * * *"):
    closed = days()
    each_day("compact", closed) >> each_day("windows", closed, outlet=COMPACTED)
