"""The terminal driver: what the screen holds, what is sent, what is read."""
