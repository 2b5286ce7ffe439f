"""The driver dialog: the plan, the question, then the outcome of each step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Button

from npumon.core.driver.plan import DriverPlan, ReloadReport, StepOutcome
from npumon.core.driver.words import InWords, PlanLine, outcome_lines, plan_lines, profiling_of, result_lines
from npumon.core.problems import ProblemError
from npumon.tui.screens.dialog import Dialog, DialogText, words
from npumon.tui.textual_workarounds import after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from npumon.tui.host import Host


_OPPOSITE = "p plans the opposite"
_ASKED = f"y carries it out, n or Esc leaves everything as it is, {_OPPOSITE}"
_ASKED_WITHOUT_A_PLAN = f"n or Esc leaves everything as it is, {_OPPOSITE}"
_OFFERED = f"y reloads, then runs; n runs without; Esc runs nothing; {_OPPOSITE}"
_OFFERED_WITHOUT_A_PLAN = f"n runs without; Esc runs nothing; {_OPPOSITE}"
#: Seconds between two checks whether the driver is free.
_LOOK_S = 1.0


class ReloadDialog(Dialog[bool]):
    """Ends with True if the driver was changed as planned, False for no, None if it was left without either.

    Nothing happens before the answer yes.
    """

    NAME = "Driver galcore"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "yes", show=False),
        Binding("n", "no", "no", show=False),
        Binding("p", "other", "profiling the other way", show=False),
        Binding("enter", "say_what_answers", "what answers", show=False),
        Binding("w", "wait", "wait until it is possible", show=False),
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("pagedown", "scroll(5)", "further down", show=False),
        Binding("pageup", "scroll(-5)", "further up", show=False),
    ]

    def __init__(self, host: Host, profiling: bool | None, *, offered: bool = False) -> None:
        """`profiling` is the current state; the dialog plans the opposite, or switches it on if it is unknown.

        `offered`: the user wanted a run, which follows unless the dialog ends with None.
        """
        super().__init__(host)
        self._backend = host.backend
        self._offered = offered
        self._wanted = not profiling
        self._puts_back = True
        self._plan: DriverPlan | None = None
        self._plans_asked_for = 0
        self._waits = False
        self._next_look: asyncio.TimerHandle | None = None
        self._begun = False
        self._over = False
        self._answer: bool | None = None
        self._lines: list[Text] = []

    def body(self) -> list[Widget]:
        self._words = words("Making a plan ...")
        self._yes = Button("Yes (y)", id="yes", compact=True, disabled=True)
        self._no = Button("No (n)", id="no", compact=True)
        self._hint = words(_OFFERED if self._offered else _ASKED, "faint")
        self._question = words("", "question")
        buttons = Horizontal(self._question, self._yes, self._no, classes="buttons")
        return [DialogText(self._words), Vertical(buttons, self._hint, classes="foot")]

    def on_mount(self) -> None:
        """Make the plan at once."""
        self._no.focus()
        self._make_plan()

    def _make_plan(self) -> None:
        """Make a plan on a thread. Until it arrives there is nothing to agree to; only the latest request counts."""
        if self._next_look is not None:
            self._next_look.cancel()
        self._plans_asked_for += 1
        number = self._plans_asked_for
        self._plan = None
        self._yes.disabled = True
        self._question.update("")
        wanted, puts_back = {"gpuProfiler": "1" if self._wanted else "0"}, self._puts_back
        self.host.controller.background(
            lambda: self._plans(wanted, puts_back=puts_back), lambda plan: self._planned(plan, number)
        )

    def _plans(self, wanted: Mapping[str, str], *, puts_back: bool) -> DriverPlan:
        """Return the plan; if an earlier reload was interrupted, first the one that restores the driver."""
        control = self._backend.driver
        return (control.interrupted() if puts_back else None) or control.plan(wanted)

    def _planned(self, plan: DriverPlan, number: int) -> None:
        if not self.is_attached or number != self._plans_asked_for or self._begun:
            return
        self._plan = plan
        self._waits = self._waits and plan.waits_for_others
        self._lines = plan_text(plan, self._backend.in_words, offered=self._offered, waits=self._waits)
        self._words.update(Text("\n").join(self._lines))
        self._yes.disabled = not plan.steps
        self._question.update("Carry this out?" if plan.steps else "")
        self._no.label = "No (n)" if plan.steps else "Run without (n)" if self._offered else "Close (n)"
        self._hint.update(self._keys(plan))
        if self._waits:
            self._next_look = after(_LOOK_S, self, self._make_plan)

    def _keys(self, plan: DriverPlan) -> str:
        if self._offered:
            return _OFFERED if plan.steps else _OFFERED_WITHOUT_A_PLAN
        return _ASKED if plan.steps else _ASKED_WITHOUT_A_PLAN

    @on(Button.Pressed, "#yes")
    async def _pressed_yes(self) -> None:
        await self.action_yes()

    @on(Button.Pressed, "#no")
    def _pressed_no(self) -> None:
        self.action_no()

    def action_no(self) -> None:
        """Leave the driver as it is; what was to follow follows."""
        if self._begun:
            self.action_leave()
        else:
            self._end(False)

    def action_leave(self) -> None:
        """Close the dialog, unless steps are being carried out."""
        if not self._begun or self._over:
            self._end(self._answer)

    def _end(self, answer: bool | None) -> None:
        self._plans_asked_for += 1  # ignore the plan that is still being made
        if self._next_look is not None:
            self._next_look.cancel()
        self.dismiss(answer)

    def action_other(self) -> None:
        """Plan for the opposite profiling state."""
        if not self._begun:
            shown = None if self._plan is None else profiling_of(self._plan)
            self._wanted = not (self._wanted if shown is None else shown)
            self._puts_back = False
            self._make_plan()

    def action_say_what_answers(self) -> None:
        """Say why Enter does nothing: it presses the button that has the focus, and now none has."""
        busy = self._begun and not self._over
        self._hint.update(
            "The steps are being carried out." if busy else "Enter does nothing here. y, n, p and Esc do."
        )

    def action_wait(self) -> None:
        """Repeat the plan until the driver and the board are free."""
        if self._plan is not None and self._plan.waits_for_others and not self._waits:
            self._waits = True
            self._make_plan()

    async def action_yes(self) -> None:
        """Carry the plan out."""
        if self._plan is None or not self._plan.steps or self._begun:
            return
        self._begun = True
        self.query_one(DialogText).anchor()  # the outcome is shown below the plan
        self._yes.disabled = self._no.disabled = True
        self._question.update("")
        self.run_worker(self._apply(self._plan), exit_on_error=False)

    async def _apply(self, plan: DriverPlan) -> None:
        try:
            with self.host.controller.reloading():
                report = await self._carried_out(plan)
        except Exception as error:  # noqa: BLE001  # shown; the dialog must not stay forever
            if isinstance(error, ProblemError):
                self.host.notifier.error(error.problem)
            else:
                self.host.controller.report_unexpected(error)
            self.dismiss(None)
        else:
            self._ended(report)

    async def _carried_out(self, plan: DriverPlan) -> ReloadReport:
        """Carry the plan out, showing each step as it ends; sudo gets the terminal if it has to ask for a password."""
        try:
            if await asyncio.to_thread(self._backend.driver.needs_password, plan):
                with self.app.suspend():
                    report = await self._backend.driver.apply(plan, lambda outcome: None, interactive=True)
                for outcome in report.outcomes:
                    self._on_step(outcome)
                return report
        except SuspendNotSupported:
            pass  # without a terminal sudo cannot ask: the report says what is missing
        return await self._backend.driver.apply(plan, self._on_step)

    def _on_step(self, outcome: StepOutcome) -> None:
        self._tell(outcome_text(outcome, self._backend.in_words))

    def _tell(self, *lines: Text) -> None:
        """Append lines below the plan."""
        self._lines += lines
        self._words.update(Text("\n").join(self._lines))

    def _ended(self, report: ReloadReport) -> None:
        self._over = True
        self._answer = True if report.problem is None else None
        self._tell(Text(), *report_text(report, self._backend.in_words))
        self._no.disabled = False
        self._no.label = "Close (n)"
        self._no.focus()
        follows = "; nothing is run" if report.problem is not None else ", then the run begins"
        self._hint.update(f"Esc closes{follows if self._offered else ''}")
        self.host.controller.poll()


_INDENTED = ("reason", "remedy", "output")
_BOLD = ("heading", "step", "result")


def plan_text(plan: DriverPlan, in_words: InWords, *, offered: bool = False, waits: bool = False) -> list[Text]:
    """Return the steps with their reasons, or why there are none.

    `offered`: the user wanted a run. `waits`: the plan is repeated until the driver is free.
    """
    lines: list[Text] = []
    if offered:
        lines += [Text("Profiling is off: a run gives times but no counters."), Text()]
    notes: list[Text] = []
    for line in plan_lines(plan, in_words, puts_back=plan.action == "load"):
        if line.role == "note":
            notes.append(Text(line.text))
        elif line.role == "refusal" and waits:
            lines.append(_styled(line._replace(lead="Waiting:")))
        elif line.role != "undo" and not (line.role == "remedy" and waits):
            lines.append(_styled(line))
    if plan.waits_for_others:
        how = "The plan follows when that has ended. Esc stops waiting." if waits else "w waits for that to end."
        lines += [Text(), Text(how)]
    return lines + notes


def outcome_text(outcome: StepOutcome, in_words: InWords) -> Text:
    """Return one step: its mark, its command, and its output if it failed."""
    return Text("\n").join(map(_styled, outcome_lines(outcome, in_words)))


def report_text(report: ReloadReport, in_words: InWords) -> list[Text]:
    """Return the result, and the remedy if it failed."""
    lines = [_styled(line) for line in result_lines(report)]
    if report.problem is None:
        return [Text("Done: ", "bold") + lines[-1]]
    return [Text(in_words(report.problem.what), "bold"), Text(in_words(report.problem.remedy)), *lines]


def _styled(line: PlanLine) -> Text:
    if line.role in _INDENTED:
        return Text(f"    {line.text}")
    if line.role == "step":
        return Text.assemble(f" {line.lead} ", (line.text, "bold"))
    if line.lead:
        lead = f" {line.lead:<6}" if line.role in ("ok", "failed") else line.lead
        return Text.assemble((f"{lead} ", "bold"), line.text)
    return Text(line.text, "bold" if line.role in _BOLD else "")
