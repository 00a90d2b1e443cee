"""### Late data

Every morning at 9:30 of the city's clock: the three days before yesterday once more, with all that arrived
since (`city-batch run`), a task a day. A day takes what arrives up to 72 hours after it, so the oldest has
all of it now. A day without late events gets the same rows again.

Each day's jobs are published at once, and no asset follows: `reconcile` would find that Redis has forgotten
the windows.

**By hand**: `{"date": "2026-11-27"}` makes the three days before that one.
"""

from batch.airflow.city_batch import days, each_day
from batch.airflow.dag import LAST, city_dag

with city_dag("late_data", __doc__, "30 9 * * *", priority=LAST):
    each_day("run", days(late=True))
