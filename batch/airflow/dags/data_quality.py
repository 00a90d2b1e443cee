"""### Data quality

After a day is compacted: what is wrong with its events (`city-batch quality`), as numbers and as the
intervals that daily views leave out.

**Checks that fail fail nothing here.** Their number is published with the day, and shown and alerted on by
the gateway; a day with a broken sensor still has its views. The task fails only when the checks could not
be made.

**One day by hand**: trigger it with `{"date": "2026-11-27"}`; the day must be compacted.
"""

from batch.airflow.assets import CHECKED, COMPACTED
from batch.airflow.city_batch import days, each_day
from batch.airflow.dag import city_dag

with city_dag("data_quality", __doc__, COMPACTED):
    each_day("quality", days(), outlet=CHECKED)
