"""The driver under control: real programs on a synthetic root, as root and as an ordinary user with sudo."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from npumon.board.board_lock import FileBoardLock
from npumon.board.driver.control import HostDriverControl
from npumon.board.driver.executor import DriverJournal
from npumon.board.roots import Roots
from npumon.core.driver.inputs import InterruptedReload
from npumon.core.driver.plan import DriverPlan, ReloadReport, StepOutcome
from npumon.core.problems import ProblemError
from tests import golden
from tests.scripted_board import ScriptedBoard

PROFILING = {"gpuProfiler": "1"}
OWNERS = frozenset({0, os.geteuid()})


@pytest.fixture
def board(tmp_path: Path) -> ScriptedBoard:
    """A board whose driver is loaded without profiling."""
    made = ScriptedBoard(tmp_path / "root")
    made.load()
    return made


def control_of(board: ScriptedBoard, *, superuser: bool = True, module: Path | None = None) -> HostDriverControl:
    return HostDriverControl(Roots(board.root), module, superuser=superuser, owners=OWNERS, step_s=60)


@pytest.fixture(params=["root", "sudo"])
def control(board: ScriptedBoard, request: pytest.FixtureRequest) -> HostDriverControl:
    """As root, and as an ordinary user whose password sudo remembers."""
    if request.param == "sudo":
        board.put("sudo-mode", "ticket")
    return control_of(board, superuser=request.param == "root")


async def applied(control: HostDriverControl, plan: DriverPlan, *, interactive: bool = False) -> ReloadReport:
    """The report, after everything was heard of in its order."""
    heard: list[StepOutcome] = []
    report = await control.apply(plan, heard.append, interactive=interactive)
    assert tuple(heard) == report.outcomes
    return report


def refused(plan: DriverPlan) -> list[str]:
    assert (plan.steps == ()) == bool(plan.refusals)
    return [problem.id for problem in plan.refusals]


async def test_reload(board: ScriptedBoard, control: HostDriverControl) -> None:
    plan = control.plan(PROFILING)
    assert not control.needs_password(plan)
    assert board.calls == []
    report = await applied(control, plan)
    assert report.ok
    assert board.calls == ["rmmod galcore", f"insmod {board.module} gpuProfiler=1 showArgs=1"]
    assert board.parameter("gpuProfiler") == "1"
    assert report.driver.profiling is True
    assert [outcome.status for outcome in report.outcomes] == [0, 0]
    assert (report.undone, report.kernel_messages, board.journals) == (None, (), [])
    assert control.plan(PROFILING).nothing_to_do


async def test_unload_and_load(board: ScriptedBoard, control: HostDriverControl) -> None:
    assert (await applied(control, control.plan({}, "unload"))).ok
    assert not board.loaded
    assert control.interrupted() is None
    report = await applied(control, control.plan({"recovery": "0"}, "load"))
    assert report.ok
    assert board.parameter("recovery") == "0"


async def test_nothing_to_do_does_nothing(board: ScriptedBoard, control: HostDriverControl) -> None:
    plan = control.plan({"gpuProfiler": "0"})
    assert plan.nothing_to_do
    report = await applied(control, plan)
    assert report.ok
    assert board.calls == []


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_refused_while_held(board: ScriptedBoard, control: HostDriverControl) -> None:
    with open(board.root / "dev/galcore"):
        board.hold(os.getpid())
        plan = control.plan(PROFILING)
        assert refused(plan) == ["driver.in_use"]
        (holder,) = plan.holders
        assert holder.pid == os.getpid()
        who = f"{holder.pid} ({holder.user}: {(holder.command or '')[:40]})"
        golden.problem(plan.refusals[0], "driver.in_use by a process", who=who)


def test_refused_while_another_npumon_works(board: ScriptedBoard, control: HostDriverControl) -> None:
    with FileBoardLock(board.root / "run/lock").hold("runs a model"):
        plan = control.plan(PROFILING)
    assert refused(plan) == ["board.busy"]
    golden.problem(plan.refusals[0], "board.busy this process")


def test_refused_without_module(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.module.unlink()
    (refusal,) = control.plan(PROFILING).refusals
    golden.problem(refusal, "driver.module_missing")


def test_refused_for_another_kernels_module(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.put("vermagic", "5.15.78 SMP preempt mod_unload aarch64\n")
    plan = control.plan(PROFILING)
    assert refused(plan) == ["driver.vermagic"]
    golden.problem(plan.refusals[0], "driver.vermagic before a load", module=board.module)


def test_refused_for_what_is_no_module(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.put("no-modinfo", "")
    (refusal,) = control.plan(PROFILING).refusals
    golden.problem(refusal, "driver.module_fault no module", module=board.module)


def endanger(board: ScriptedBoard, what: str) -> Path:
    """Let others change the usual module file; the place where they can."""
    if what == "file":
        board.module.chmod(0o666)
        return board.module
    if what == "folder":
        board.module.parent.chmod(0o777)
        return board.module.parent
    elsewhere = board.root / "open"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    board.module.rename(elsewhere / "galcore.ko")
    board.module.symlink_to(elsewhere / "galcore.ko")
    return elsewhere


@pytest.mark.parametrize(
    ("what", "key"),
    [
        ("file", "driver.module_unsafe file"),
        ("folder", "driver.module_unsafe place"),
        ("link", "driver.module_unsafe place"),
    ],
)
def test_refused_for_a_module_that_others_can_change(
    board: ScriptedBoard, control: HostDriverControl, what: str, key: str
) -> None:
    place = endanger(board, what)
    plan = control.plan(PROFILING)
    assert refused(plan) == ["driver.module_unsafe"]
    golden.problem(plan.refusals[0], key, module=board.module, place=place)


def test_refused_with_etnaviv(board: ScriptedBoard, control: HostDriverControl) -> None:
    driver = board.root / "sys/bus/platform/drivers/etnaviv-gpu"
    driver.mkdir(parents=True)
    (driver / "ff100000.npu").symlink_to(board.root)
    assert refused(control.plan(PROFILING)) == ["driver.etnaviv"]


def test_refused_when_built_in(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.put("modinfo-n", "(builtin)\n")
    assert "driver.built_in" in refused(control.plan(PROFILING))


def test_refused_without_tools(board: ScriptedBoard, control: HostDriverControl) -> None:
    (board.root / "usr/sbin/insmod").unlink()
    assert refused(control.plan(PROFILING)) == ["driver.tools"]


def test_refused_parameter(control: HostDriverControl) -> None:
    assert refused(control.plan({"gpuProfiller": "1"})) == ["driver.parameter_unknown"]
    assert refused(control.plan({"a": "1;reboot"})) == ["driver.parameter"]


async def test_a_refused_plan_is_not_carried_out(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.module.unlink()
    report = await applied(control, control.plan(PROFILING))
    assert report.problem is not None
    assert report.problem.id == "driver.module_missing"
    assert board.calls == []


# -- the module file ---------------------------------------------------------------------------------------------------


def test_another_module(board: ScriptedBoard) -> None:
    other = board.put("lib/other.ko", "synthetic")
    plan = control_of(board, module=other).plan(PROFILING)
    assert plan.steps[1].argv[1] == str(other)
    assert plan.undo[0].argv[1] == str(board.module)


def test_another_module_that_is_not_there(board: ScriptedBoard) -> None:
    plan = control_of(board, module=board.root / "no.ko").plan(PROFILING)
    (refusal,) = plan.refusals
    golden.problem(refusal, "driver.module_fault missing", root=board.root)


@pytest.mark.parametrize(
    ("what", "key"),
    [
        ("file", "driver.module_unsafe previous file"),
        ("folder", "driver.module_unsafe previous place"),
        ("link", "driver.module_unsafe previous place"),
    ],
)
async def test_the_file_that_puts_the_driver_back_is_checked_too(board: ScriptedBoard, what: str, key: str) -> None:
    """Root would load it where another one fails, and a sudo rule would allow that for good."""
    other = board.put("lib/other.ko", "synthetic")
    control = control_of(board, module=other)
    agreed = control.plan(PROFILING)
    board.put("insmod-fails", "Invalid module format\n")
    place = endanger(board, what)
    plan = control.plan(PROFILING)
    assert refused(plan) == ["driver.module_unsafe"]
    golden.problem(plan.refusals[0], key, module=board.module, place=place)
    report = await applied(control, agreed)
    assert report.problem is not None
    assert (report.problem.id, board.calls) == ("driver.module_unsafe", [])
    with pytest.raises(ProblemError) as caught:
        control.rule_commands({})
    assert caught.value.problem.id == "driver.module_unsafe"


def test_without_modinfo_the_documented_places_count(board: ScriptedBoard, control: HostDriverControl) -> None:
    (board.root / "usr/sbin/modinfo").unlink()
    plan = control.plan(PROFILING)
    assert plan.steps[1].argv[1] == str(board.module)
    assert plan.notes == ("The module file does not say which kernel it was built for.",)


def test_what_modprobe_would_give_is_noted(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.put("usr/sbin/modprobe", f"#!/bin/sh\necho insmod {board.module} contiguousSize=0x800000\n", 0o755)
    assert [note for note in control.plan(PROFILING).notes if "contiguousSize=0x800000" in note] != []


# -- failures and what is put back -------------------------------------------------------------------------------------


async def test_a_failed_load_is_undone(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.put("sys/module/galcore/parameters/powerManagement", "0\n")
    board.put("insmod-fails", "could not insert module galcore.ko: Unknown symbol in module\n")
    board.put("dmesg", "[    1.000000] galcore: Unknown symbol dma_buf_get (err 0)\n")
    report = await applied(control, control.plan(PROFILING))
    assert board.calls == [
        "rmmod galcore",
        f"insmod {board.module} gpuProfiler=1 showArgs=1 powerManagement=0",
        f"insmod {board.module} gpuProfiler=0 showArgs=1 powerManagement=0",
    ]
    golden.problem(report.problem, "driver.unknown_symbol undone", root=board.root)
    assert report.undone is True
    assert [outcome.undoing for outcome in report.outcomes] == [False, False, True]
    assert (board.parameter("gpuProfiler"), board.parameter("powerManagement")) == ("0", "0")
    assert report.driver.name == "galcore"
    assert board.journals == []


async def test_what_cannot_be_undone_is_remembered(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.put("insmod-fails", "No such device\nNo such device\n")
    report = await applied(control, control.plan(PROFILING))
    golden.problem(report.problem, "driver.no_device not undone", root=board.root)
    assert report.undone is False
    assert not board.loaded
    again = control.interrupted()
    assert again is not None
    assert (await applied(control, again)).ok
    assert board.calls[-1] == f"insmod {board.module} gpuProfiler=0 showArgs=1"
    assert board.journals == []
    assert control.interrupted() is None


async def test_a_failed_unload_changes_nothing(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.put("rmmod-fails", "Module galcore is in use\n")
    report = await applied(control, control.plan(PROFILING))
    assert report.problem is not None
    assert report.problem.id == "driver.busy"
    assert report.undone is None
    assert board.loaded
    assert board.calls == ["rmmod galcore"]
    assert board.journals == []


async def test_a_failed_first_load_has_nothing_to_undo(tmp_path: Path) -> None:
    board = ScriptedBoard(tmp_path / "root")
    board.put("insmod-fails", "Invalid module format\n")
    control = control_of(board)
    report = await applied(control, control.plan(PROFILING))
    assert report.problem is not None
    assert report.problem.id == "driver.vermagic"
    assert report.undone is None
    assert len(board.calls) == 1


async def test_kernel_messages_are_the_new_ones(board: ScriptedBoard, control: HostDriverControl) -> None:
    old = "".join(f"[    {number}.000000] old {number}\n" for number in range(5))
    board.put("dmesg", old)
    board.put("after-rmmod", f'echo "[    9.000000] galcore: version magic" >>{board.root}/dmesg\n', 0o755)
    board.put("insmod-fails", "-\n")
    report = await applied(control, control.plan(PROFILING))
    assert report.kernel_messages == ("[    9.000000] galcore: version magic",)
    assert report.problem is not None
    assert report.problem.id == "driver.vermagic"


async def test_a_parameter_that_was_not_taken(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.put("ignored-parameter", "")
    report = await applied(control, control.plan(PROFILING))
    golden.problem(report.problem, "driver.parameter_ignored")


async def test_no_device_node_after_loading(board: ScriptedBoard, control: HostDriverControl) -> None:
    board.put("no-node", "")
    report = await applied(control, control.plan(PROFILING))
    golden.problem(report.problem, "driver.node_missing after a load", root=board.root)


async def test_somebody_else_loads_it_meanwhile(board: ScriptedBoard, control: HostDriverControl) -> None:
    """udev or a person loads the module between the steps, in another way: that is said, and left alone."""
    board.put("after-rmmod", f"mkdir -p {board.root}/sys/module/galcore/parameters; : >{board.root}/dev/galcore\n"
              f"echo 0 >{board.root}/sys/module/galcore/parameters/gpuProfiler\n", 0o755)  # fmt: skip
    report = await applied(control, control.plan(PROFILING))
    assert report.problem is not None
    assert report.problem.kind == "failed"
    golden.problem(report.problem, "driver.changed by another process", root=board.root)
    assert report.undone is None


async def test_what_changed_since_it_was_planned_is_not_done(board: ScriptedBoard, control: HostDriverControl) -> None:
    plan = control.plan(PROFILING)
    board.put("sys/module/galcore/parameters/powerManagement", "0\n")
    report = await applied(control, plan)
    assert report.problem is not None
    assert (report.problem.kind, board.calls) == ("unavailable", [])
    golden.problem(report.problem, "driver.changed since it was planned")
    board.module.chmod(0o666)
    report = await applied(control, plan)
    assert report.problem is not None
    assert (report.problem.id, board.calls) == ("driver.module_unsafe", [])


async def test_two_at_once(board: ScriptedBoard, control: HostDriverControl) -> None:
    plan = control.plan(PROFILING)
    with FileBoardLock(board.root / "run/lock").hold("runs a model"):
        report = await applied(control, plan)
    assert report.problem is not None
    assert (report.problem.id, board.calls) == ("board.busy", [])


async def test_no_place_for_a_lock(board: ScriptedBoard) -> None:
    (board.root / "run/lock").rmdir()
    control = control_of(board)
    report = await applied(control, control.plan(PROFILING))
    golden.problem(report.problem, "driver.no_lock")
    assert board.calls == []
    assert control.interrupted() is None
    control.forget_interruption()


async def test_no_place_for_the_journal(board: ScriptedBoard) -> None:
    (board.root / f"run/lock/npumon-driver-{os.geteuid()}.json").mkdir()
    control = control_of(board)
    report = await applied(control, control.plan(PROFILING))
    golden.problem(report.problem, "driver.journal", root=board.root, user=os.geteuid())
    assert board.calls == []


async def test_a_step_that_hangs(board: ScriptedBoard) -> None:
    board.put("usr/sbin/insmod", "#!/bin/sh\nexec sleep 1000\n", 0o755)
    control = HostDriverControl(Roots(board.root), superuser=True, owners=OWNERS, step_s=0.3)
    report = await applied(control, control.plan(PROFILING))
    assert report.problem is not None
    assert report.problem.kind == "failed"
    golden.problem(report.problem, "driver.hangs loading", root=board.root)
    assert report.outcomes[1].status is None


# -- rights ------------------------------------------------------------------------------------------------------------


async def test_sudo_would_ask(board: ScriptedBoard) -> None:
    control = control_of(board, superuser=False)
    plan = control.plan(PROFILING)
    assert control.needs_password(plan)
    report = await applied(control, plan)
    assert report.problem is not None
    assert report.problem.kind == "unavailable"
    golden.problem(report.problem, "driver.not_permitted")
    assert (board.calls, board.journals) == ([], [])


async def test_sudo_may_ask_on_the_terminal(board: ScriptedBoard) -> None:
    control = control_of(board, superuser=False)
    assert (await applied(control, control.plan(PROFILING), interactive=True)).ok
    assert board.parameter("gpuProfiler") == "1"


async def test_sudos_rule_suffices(board: ScriptedBoard) -> None:
    control = control_of(board, superuser=False)
    rules = ", ".join(" ".join(command).replace("=", "\\=") for command in control.rule_commands({}))
    board.put("sudo-listing", f"User khadas may run the following commands on VIM3:\n    (root) NOPASSWD: {rules}\n")
    board.put("sudo-mode", "rule")
    assert not control.needs_password(control.plan(PROFILING))
    assert control.needs_password(control.plan({"gpuProfiler": "1", "recovery": "0"}))
    assert (await applied(control, control.plan(PROFILING))).ok
    assert (await applied(control, control.plan({"gpuProfiler": "0"}))).ok


@pytest.mark.parametrize("mode", ["ticket", "rule"])
async def test_sudo_denies_the_second_step_before_the_first(board: ScriptedBoard, mode: str) -> None:
    """A driver that may be unloaded but not loaded again would be worse than none."""
    board.put("sudo-mode", mode)
    board.put("sudo-denies", "insmod\n")
    rmmod = board.root / "usr/sbin/rmmod"
    board.put("sudo-listing", f"User khadas may run the following commands:\n    (root) NOPASSWD: {rmmod} galcore\n")
    control = control_of(board, superuser=False)
    assert not control.needs_password(control.plan({}, "unload"))
    report = await applied(control, control.plan(PROFILING))
    assert report.problem is not None
    assert (report.problem.id, report.problem.kind) == ("driver.not_permitted", "unavailable")
    assert board.calls == []


@pytest.mark.parametrize("interactive", [True, False])
async def test_no_sudo(board: ScriptedBoard, interactive: bool) -> None:
    (board.root / "usr/sbin/sudo").unlink()
    control = control_of(board, superuser=False)
    plan = control.plan(PROFILING)
    assert not control.needs_password(plan)
    report = await applied(control, plan, interactive=interactive)
    assert report.problem is not None
    assert (report.problem.kind, board.calls) == ("unavailable", [])
    golden.problem(report.problem, "driver.no_sudo")


def test_no_rule_for_an_unsafe_module(board: ScriptedBoard, control: HostDriverControl) -> None:
    """A rule that lets a user load a file that users can change would make root of everybody."""
    board.module.chmod(0o666)
    with pytest.raises(ProblemError) as caught:
        control.rule_commands({})
    assert caught.value.problem.id == "driver.module_unsafe"


def test_rule_does_not_depend_on_what_is_loaded(board: ScriptedBoard, control: HostDriverControl) -> None:
    with open(board.root / "dev/galcore"):
        board.hold(os.getpid())
        assert control.rule_commands({})[0] == (str(board.root / "usr/sbin/rmmod"), "galcore")


# -- interruptions -----------------------------------------------------------------------------------------------------

_NPUMON = """\
import asyncio, os, sys
from pathlib import Path
from npumon.board.driver.control import HostDriverControl
from npumon.board.roots import Roots
module = Path(sys.argv[2]) if sys.argv[2:] else None
control = HostDriverControl(Roots(Path(sys.argv[1])), module, superuser=True, owners=frozenset({0, os.geteuid()}))
report = asyncio.run(control.apply(control.plan({"gpuProfiler": "1"}), lambda outcome: None))
print(report.ok, report.interrupted)
"""


@pytest.fixture
def environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}


def test_killed_between_the_steps(board: ScriptedBoard, environ: dict[str, str]) -> None:
    board.put("after-rmmod", "kill -9 $PPID\n", 0o755)
    argv = [sys.executable, "-c", _NPUMON, str(board.root)]
    done = subprocess.run(argv, env=environ, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not board.loaded
    assert len(board.journals) == 1
    (board.root / "after-rmmod").unlink()
    control = control_of(board)
    plan = control.interrupted()
    assert plan is not None
    assert plan == control.plan({}, "load")
    report = asyncio.run(applied(control, plan))
    assert report.ok
    assert board.calls == ["rmmod galcore", f"insmod {board.module} gpuProfiler=0 showArgs=1"]
    assert (board.parameter("gpuProfiler"), board.journals) == ("0", [])


def test_killed_between_the_steps_of_a_load_from_another_file(board: ScriptedBoard, environ: dict[str, str]) -> None:
    """What puts the driver back is the file that was to do so, wherever modinfo finds one now, if it is still safe."""
    other = board.put("lib/other.ko", "synthetic")
    (board.root / "modinfo-n").unlink()
    board.module.unlink()
    board.put("after-rmmod", "kill -9 $PPID\n", 0o755)
    argv = [sys.executable, "-c", _NPUMON, str(board.root), str(other)]
    done = subprocess.run(argv, env=environ, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    (board.root / "after-rmmod").unlink()
    control = control_of(board)
    for there in (False, True):
        if there:
            board.put("modinfo-n", f"{board.put(str(board.module), 'synthetic')}\n")
        plan = control.interrupted()
        assert plan is not None
        assert plan.steps[0].argv[1:] == (str(other), "gpuProfiler=0", "showArgs=1")
    other.chmod(0o666)
    assert refused(control.plan({}, "load")) == ["driver.module_unsafe"]
    other.unlink()
    assert refused(control.plan({}, "load")) == ["driver.module_fault"]
    named = control_of(board, module=board.module).plan({}, "load")
    assert named.steps[0].argv[1] == str(board.module)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_between_the_steps(board: ScriptedBoard, environ: dict[str, str], number: int) -> None:
    """It finishes first: a driver is never left unloaded because somebody pressed Ctrl-C."""
    board.put("after-rmmod", f"kill -{int(number)} $PPID\n", 0o755)
    argv = [sys.executable, "-c", _NPUMON, str(board.root)]
    done = subprocess.run(argv, env=environ, capture_output=True, timeout=60, check=False, text=True)
    assert (done.returncode, done.stdout) == (0, "True True\n"), done.stderr
    assert board.parameter("gpuProfiler") == "1"


async def test_cancelled_between_the_steps(board: ScriptedBoard, control: HostDriverControl) -> None:
    def cancel(outcome: StepOutcome) -> None:
        task.cancel()

    task = asyncio.ensure_future(control.apply(control.plan(PROFILING), cancel))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert board.parameter("gpuProfiler") == "1"
    assert board.journals == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root leaves notes that others believe and may not remove")
def test_what_root_left_is_forgotten_by_root(
    open_place: Path, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    board = ScriptedBoard(open_place / "root")
    (board.root / "run/lock").chmod(0o1777)
    DriverJournal(board.root / "run/lock").write(InterruptedReload((("gpuProfiler", "0"),)))
    with without_rights():
        control = control_of(board)
        assert control.interrupted() is not None
        with pytest.raises(ProblemError) as caught:
            control.forget_interruption()
        assert control.interrupted() is not None
    golden.problem(caught.value.problem, "driver.note")
    control_of(board).forget_interruption()
    assert board.journals == []


def test_what_another_user_noted_is_not_done(board: ScriptedBoard) -> None:
    (board.root / "sys/module/galcore/initstate").unlink()
    DriverJournal(board.root / "run/lock").write(InterruptedReload((("gpuProfiler", "0"),)))
    control = control_of(board)
    assert control.interrupted() is None  # the driver is loaded: nothing to put back
    board.put("proc/modules", "")
    (board.root / "sys/module/galcore").rename(board.root / "gone")
    assert control.interrupted() is not None
    with FileBoardLock(board.root / "run/lock").hold("changes the NPU's driver"):
        assert control.interrupted() is None  # somebody is in the middle of it
    (board.root / "run/lock" / board.journals[0]).chmod(0o666)
    assert control.interrupted() is None
