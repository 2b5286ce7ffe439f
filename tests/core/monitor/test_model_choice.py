"""A model in a list."""

from __future__ import annotations

from npumon.core.monitor.model_choice import ModelChoice


def test_what_is_not_known_is_absent() -> None:
    choice = ModelChoice("id", "inceptionv3", "inceptionv3/VIM3", "VIM3", "run.sh", "~/models", "sh run.sh", None)
    assert (choice.files, choice.networks, choice.preferred, choice.note) == ((), (), True, None)
    assert choice._replace(preferred=False) != choice
    assert hash(choice) == hash(choice._replace())
