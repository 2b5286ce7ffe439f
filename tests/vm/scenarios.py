"""All scenarios, in the order in which they are played. Each gets the path of npumon, and a board begun anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.vm import scenarios_refusals, scenarios_reload, scenarios_rights, scenarios_runs, scenarios_terminal

SCENARIOS: tuple[Callable[[Path], None], ...] = (
    scenarios_reload.status,
    scenarios_reload.reload_with_profiling,
    scenarios_reload.insmod_fails_and_is_undone,
    scenarios_reload.killed_between_the_steps,
    scenarios_reload.words_of_kmod,
    scenarios_refusals.held,
    scenarios_refusals.module_missing,
    scenarios_refusals.module_for_another_kernel,
    scenarios_refusals.module_writable_by_others,
    scenarios_rights.sudo_denied,
    scenarios_rights.sudo_rule,
    scenarios_rights.sudo_asks,
    scenarios_runs.run_and_reload_at_once,
    scenarios_runs.model_hangs_in_the_kernel,
    scenarios_terminal.reload_in_the_monitor,
)
