"""Where published states go: each sink compares, buffers and may be away."""
