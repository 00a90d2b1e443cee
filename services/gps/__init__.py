"""The gps service."""
