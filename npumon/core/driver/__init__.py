"""What the driver is, what changing it means, and what may prevent that."""
