"""Kafka's records of one topic, each once and in order."""
