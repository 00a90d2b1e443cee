"""The pictures in README and docs: a whole demo city, and a browser that looks at it (`make screenshots`)."""
