"""Finished logs: replay, rows, and several processes for long files."""
