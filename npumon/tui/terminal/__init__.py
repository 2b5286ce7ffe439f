"""The terminal driver: the screen's contents, what is sent, what is read."""
