"""What is live, as other standards have it: pure functions from the views' values."""
