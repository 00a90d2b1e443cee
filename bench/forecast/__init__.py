"""How good the traffic service's forecasts are on recorded speeds."""
