"""Replay: a range of a topic's records folded again, from Kafka or from the archive."""
