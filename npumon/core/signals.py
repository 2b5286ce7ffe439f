"""The signals that end npumon, and who treats them how.

- `cli.interruption`, while any command works: they raise `Interrupted`, so that whatever was made is removed.
- `cli.commands.run_session.stopping_signals`, while a run or a followed log is under way, headless: they stop it on the
  event loop; its result is still reported.
- `cli.commands.monitor._signals_later`, while the live monitor is imported and made: they are noted and raised
  afterwards, since an exception in the middle of an import can get lost.
- `tui.terminal.signals.ending_signals`, while the live monitor is on the screen: they end it on the event loop, giving
  back the terminal and stopping the model.
- `board.driver.executor`, while the kernel driver is being changed: they are noted until the driver is loaded again
  (`defer_signals`), and blocked in the programs that change it (`block_signals`).

SIGHUP stays ignored if it was ignored before (nohup), except in the live monitor, which is of no use without its
terminal. A run's supervisor (`board.supervisor`) is a program in a session of its own, which none of them reaches.
"""

from __future__ import annotations

import signal

#: A terminal sends these to the whole foreground job, for Ctrl-C and Ctrl-\\.
KEYS = (signal.SIGINT, signal.SIGQUIT)
#: Others send these, and the terminal when it goes away.
REQUESTS = (signal.SIGTERM, signal.SIGHUP)
ENDING = (*KEYS, *REQUESTS)
