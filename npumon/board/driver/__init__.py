"""The galcore driver: its state, its module file, loading and unloading it."""
