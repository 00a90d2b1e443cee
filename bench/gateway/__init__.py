"""The gateway beside a bare Starlette app that returns the same bytes; its WebSocket; Redis killed."""
