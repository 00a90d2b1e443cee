"""Trying a service by hand: random events, files of events, what Redis shows of them."""
