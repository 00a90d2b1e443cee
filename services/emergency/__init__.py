"""The emergency service."""
