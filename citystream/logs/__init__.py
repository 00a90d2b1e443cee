"""Log lines of our processes: their forms, what they are about, and from which level on they are written."""
