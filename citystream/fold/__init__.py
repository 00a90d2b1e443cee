"""Records into states, by the log alone: read, told apart, folded. Knows no server."""
