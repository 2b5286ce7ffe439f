"""A run: its state, figures, verdict, and how runs compare."""
