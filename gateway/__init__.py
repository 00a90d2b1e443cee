"""The front door: merges what the services publish, over REST and WebSocket."""
