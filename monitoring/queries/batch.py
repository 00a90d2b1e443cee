"""The newest closed day, as the gateway tells of it."""

from monitoring.query import Query, unit_of

DAY_AGE = Query("time() - max(city_batch_day_timestamp_seconds)", "since its end", "s")
FINISHED_AGE = Query("time() - max by (name) (city_batch_job_finished_timestamp_seconds)", "{{name}}", "s")
SECONDS = Query("max by (name) (city_batch_job_seconds)", "{{name}}", unit_of("city_batch_job_seconds"))
ROWS = Query("max by (name) (city_batch_job_rows)", "{{name}}", unit_of("city_batch_job_rows"))
CHECKS_FAILED = Query(
    "max by (name) (city_batch_job_checks_failed)", "{{name}}", unit_of("city_batch_job_checks_failed")
)
DRIFT = Query(
    "max by (type, metric) (city_batch_drift_ratio)",
    "{{type}}: {{metric}}",
    unit_of("city_batch_drift_ratio"),
)
INCOMPLETE = Query("max by (type) (city_batch_incomplete)", "{{type}}", unit_of("city_batch_incomplete"))
