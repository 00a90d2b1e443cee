"""Daily views: a module a view, its expression in Ibis; `job` makes them all.

Expressions name no engine. Times in them are epoch milliseconds, and become timestamps when they are written.
"""
