"""The live monitor: Textual. The only floor that may import textual or rich."""
