"""Settings of hypothesis for the whole suite: no database in the tree, no deadline on noisy machines."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("npumon", database=None, deadline=None, print_blob=True)
settings.register_profile("thorough", parent=settings.get_profile("npumon"), max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "npumon"))
