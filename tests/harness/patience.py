"""How long a test waits for what must come: for that, never for a time. A busy machine is no failure."""

PATIENCE_S = 120.0
