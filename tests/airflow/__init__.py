"""Airflow's part of the batch layer. Its modules that import Airflow run in Airflow's own environment."""
