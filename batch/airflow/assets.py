"""What DAGs hand on to each other. Each event carries its day of the city: {"date": "2026-11-27"}."""

from airflow.sdk import Asset

COMPACTED = Asset("city_compacted")
"""A day's events and windows are compacted."""
CHECKED = Asset("city_checked")
"""The quality of a day's events is known, with the intervals that views leave out."""
ANALYSED = Asset("city_analysed")
"""A day's views are made."""
