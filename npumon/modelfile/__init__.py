"""Model files read without a device: text or bytes in, a frozen description with its findings out."""
