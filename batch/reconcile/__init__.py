"""reconcile: whether the speed layer's windows say what the batch layer says of the same."""
