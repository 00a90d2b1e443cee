"""### Reconcile

After a day's views are made: what the stream said of it against what it was (`city-batch reconcile`), as
drift per metric. It asks Redis, which keeps a window for some time only; so a day is reconciled in the
morning after it, and late data does not bring it here again.

**One day by hand**: trigger it with `{"date": "2026-11-27"}`; windows that Redis no longer has are counted
apart.
"""

from batch.airflow.assets import ANALYSED
from batch.airflow.city_batch import days, each_day
from batch.airflow.dag import city_dag

with city_dag("reconcile", __doc__, ANALYSED):
    each_day("reconcile", days())
