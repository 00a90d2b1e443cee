"""Real servers for tests, benchmarks and the demo: one module a server, nothing mocked."""
