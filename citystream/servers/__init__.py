"""Reaching the four servers: clients, and what happens while one is away."""
