"""Forecasts of roads' speeds, learned online from closed windows.

`forecaster` steps the whole city; `road` is what is known of one road, `lead` its forecasts of one horizon, made
from `features` by a model of its own and one of all roads. The estimators are `recursive_least_squares` (as River
has them), `daily_profile` and `conformal_interval`; `scoreboard` keeps the last day's scores, `rows` how state is
written.
"""
