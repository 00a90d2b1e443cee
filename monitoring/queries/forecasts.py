"""How good forecasts are, and how old."""

from monitoring.query import Query, unit_of

MAE = Query(
    "max by (model, minutes) (city_forecast_mae_kmh)",
    "{{model}}, {{minutes}} min",
    unit_of("city_forecast_mae_kmh"),
)
MAPE = Query(
    "max by (model, minutes) (city_forecast_mape_ratio)",
    "{{model}}, {{minutes}} min",
    unit_of("city_forecast_mape_ratio"),
)
COVERAGE = Query(
    "min by (model, minutes) (city_forecast_coverage_ratio)",
    "{{model}}, {{minutes}} min",
    unit_of("city_forecast_coverage_ratio"),
)
AGE = Query("max by (model) (city_forecast_age_seconds)", "{{model}}", unit_of("city_forecast_age_seconds"))
