"""Finished logs: replay, and the judging of their iterations."""
