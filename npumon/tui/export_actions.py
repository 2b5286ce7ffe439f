"""What the monitor writes to files: the selected run in several formats, all runs, pictures of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npumon.core import units

if TYPE_CHECKING:
    from npumon.core.run.report import RunReport
    from npumon.tui.backend import ExportFormat
    from npumon.tui.host import Host


class ExportActions:
    """The actions of the keys that write files."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def action_export(self) -> None:
        """Ask for a format, then write the selected run."""
        if self._host.shown.snapshot.run is None:
            self._host.notifier.info("No run to export yet: r runs a model, s saves a picture.")
            return
        from npumon.tui.screens.export import ExportDialog

        def answered(form: ExportFormat | None) -> None:
            if form is not None:
                self.action_export_as(form)

        self._host.app.push_screen(ExportDialog(self._host), answered)

    def action_export_as(self, form: ExportFormat) -> None:
        """Write the selected run in this format, or a picture of the page."""
        host, run = self._host, self._host.shown.snapshot.run
        if form in ("svg", "png"):
            self._picture(run, png=form == "png")
        elif run is None:
            host.notifier.info("No run to export yet: r runs a model.")
        else:
            ended = len(host.live.runs)
            further = f". E writes all {ended} runs." if ended > 1 else ""
            host.controller.background(
                lambda: host.backend.export(run, form),
                lambda path: host.notifier.file_written(path, f"Written to {path}{further}"),
            )

    def action_export_all(self) -> None:
        """Write this session's ended runs to one file."""
        host, runs = self._host, self._host.live.runs
        if not runs:
            host.notifier.info("No run has ended yet: r runs a model.")
            return
        host.controller.background(
            lambda: host.backend.export_all(runs),
            lambda path: host.notifier.file_written(path, f"{units.counted(len(runs), 'run')} written to {path}"),
        )

    def action_picture(self) -> None:
        """Save a picture of the screen."""
        self._picture(self._host.shown.snapshot.run, png=False)

    def _picture(self, run: RunReport | None, *, png: bool) -> None:
        """Save a picture of the screen, named after the run that is to be seen there."""
        from npumon.tui.picture import picture_of

        host, svg = self._host, picture_of(self._host.app)
        model = None if run is None else run.info.model
        host.controller.background(
            lambda: host.backend.picture(svg, model, png=png),
            lambda path: host.notifier.file_written(path, f"Picture: {path}"),
        )
