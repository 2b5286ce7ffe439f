"""Finding models that can be run, and their labels."""
