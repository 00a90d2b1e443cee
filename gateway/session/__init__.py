"""Sessions of browsers: a signed token in a cookie, good in every process and without Redis."""
