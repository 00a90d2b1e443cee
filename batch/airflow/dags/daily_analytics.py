"""### Daily analytics

After a day's quality is known: its tables of roads, vehicles, emergencies, weather and modes, and what is
usual on a road (`city-batch daily`).

**One day by hand**: trigger it with `{"date": "2026-11-27"}`; the day must be compacted.
"""

from batch.airflow.assets import ANALYSED, CHECKED
from batch.airflow.city_batch import days, each_day
from batch.airflow.dag import city_dag

with city_dag("daily_analytics", __doc__, CHECKED):
    each_day("daily", days(), outlet=ANALYSED)
