"""### Retain

Every Sunday at 11:30 of the city's clock: delete what is older than was asked for (`city-batch retain`).
**Nothing is deleted unless one of `CITY_RETAIN_COMPACTED_DAYS`, `CITY_RETAIN_VIEWS_DAYS` and
`CITY_RETAIN_RAW_DAYS` is set** where the scheduler runs: without them it runs with `--dry-run`, and its log
says what there is.
"""

from batch.airflow.city_batch import CityBatch
from batch.airflow.dag import LAST, city_dag

with city_dag("retain", __doc__, "30 11 * * 0", priority=LAST):
    CityBatch(task_id="retain", job="retain")
