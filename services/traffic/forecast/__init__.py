"""Forecasts of roads' speeds, learned online from closed windows.

`forecaster` steps the whole city. `road` is what is known of one road, `lead` its forecasts of one horizon,
made from `features` by a model of its own and one of all roads. `recursive_least_squares` (an estimator of
River's kind), `daily_profile` and `conformal_interval` learn; `scoreboard` keeps the last day's scores, and
`rows` says how state is written.
"""
