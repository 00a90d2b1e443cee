"""The command lines: `city`, and what every `city-<type>` can do."""
