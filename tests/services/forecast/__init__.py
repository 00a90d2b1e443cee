"""What the forecast role is made of."""
