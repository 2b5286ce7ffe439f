"""One finished run as the live monitor shows it: for pictures, where nothing moves any more."""

from __future__ import annotations

from npumon.core.log.scrollback import Logbook
from npumon.core.monitor.live import Live
from npumon.core.monitor.snapshot import Snapshot
from npumon.engine.journal import Journal


def still(snapshot: Snapshot, log: bytes = b"") -> Live:
    """The moment after the snapshot's run. `log` is the run's text."""
    journal, book = Journal(), Logbook()
    report = snapshot.run
    if report is None:
        return Live(snapshot)
    model = report.info.model
    for iteration in report.state.iterations:
        journal.iteration(model, iteration)
    journal.run(report)
    book.feed(log)
    live = Live(snapshot, runs=journal.runs, latencies=journal.latencies(model), history=journal.history, log=book.page)
    return live._replace(activity=live.activity._replace(model=model, run=journal.ended))
