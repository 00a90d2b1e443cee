"""Airflow's part: when `city-batch` runs, for which day, and who is told when it does not.

It has an environment of its own (pyproject.toml, uv.lock). `closed_day`, `settings`, `alerts` and `install`
need nothing but Python; the other modules import Airflow. `dags/` has a file for each DAG.
"""
