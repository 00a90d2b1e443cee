"""### Trends

After a day's views are made: week over week, the hour of the week, recurring and incident congestion,
planning time (`city-batch trends`).

**One day by hand**: trigger it with `{"date": "2026-11-27"}`; the day must have its views.
"""

from batch.airflow.assets import ANALYSED
from batch.airflow.city_batch import days, each_day
from batch.airflow.dag import city_dag

with city_dag("trends", __doc__, ANALYSED):
    each_day("trends", days())
