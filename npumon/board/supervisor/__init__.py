"""The program that owns a run. Standard library only: it is started by file path."""
