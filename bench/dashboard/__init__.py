"""The page in Chromium: frames, memory, first useful paint, and what its heap does in ten minutes."""
