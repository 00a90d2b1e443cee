"""How long the batch layer takes to compact a day, and how much memory."""
