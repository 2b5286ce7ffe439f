"""npumon: run a model on a Vivante NPU, read its profile, show the result."""

__version__ = "0.1.0"
