"""Forecasts of roads' speeds, learned online from closed windows."""
