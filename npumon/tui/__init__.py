"""The live monitor: built on Textual. The only layer that may import textual or rich."""
