"""What the monitor shows at one moment."""
