"""Where the parts of the platform meet: events, topics, Redis keys, S3 paths, indices, the city model."""
