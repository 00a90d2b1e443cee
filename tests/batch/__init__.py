"""Tests of the batch layer."""
