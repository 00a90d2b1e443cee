"""A city that drives: positions, readings, emergencies, weather and camera counts, live or from real data."""
