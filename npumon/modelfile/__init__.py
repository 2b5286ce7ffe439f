"""Model files read without a device: text or bytes in, an immutable description with its findings out."""
