"""Adapters to the real machine: the board, its driver, model programs and their logs."""
