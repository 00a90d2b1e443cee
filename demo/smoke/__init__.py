"""`make smoke`: a minute of the city, and whether what came out is what went in."""
