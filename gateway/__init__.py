"""The front door: REST and WebSocket over the live city."""
