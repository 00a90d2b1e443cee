"""The camera service."""
