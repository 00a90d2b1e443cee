"""The traffic service's aggregation through the kit and through its peers, on one Apache Kafka."""
