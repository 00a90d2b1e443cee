"""What real devices send, and what is made of it."""
