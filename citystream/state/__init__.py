"""What a worker owns of its partitions: a table, its changelog, and the one order of writing them."""
