"""Real data sets as streams of events, each with its own times.

A data set is a module with a `DATASET`; `dataset.py` says what that is.
"""
