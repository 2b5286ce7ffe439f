"""The program that owns a run: `python -I -S -X utf8 supervisor/main.py RUN-ID`, started by `board.run.runner`.

It needs only the standard library and imports as little of it as it can, so that the model starts soon. Its stdin
brings the run (`id`, `folder`, `command`, `cwd`, `environment`, `timeout_s`, `keep`, `held`, `log_bound`, `overflow`,
`started_at`, `model`), and after it reasons to stop (`control_channel`); the end of stdin means that npumon is gone.
Its stdout gives `{"event": "refused"}` if the files cannot be written, else `{"event": "started"}` unless the command
cannot be executed, and at the end `{"event": "ended"}` with the record.

Only this bootstrap is compiled at each start: the rest comes from compiled modules beside it.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Supervise the run that stdin brings. Return this program's exit status, which says nothing about the run's."""
    # An isolated interpreter does not look beside the script. Appended, not inserted: the standard library wins.
    sys.path.append(os.path.abspath(f"{__file__}/../../../.."))
    from npumon.board.supervisor.control_channel import ControlChannel
    from npumon.board.supervisor.loop import Supervision
    from npumon.board.supervisor.run_files import RunFiles

    channel = ControlChannel(0, 1)
    spec = channel.read_spec()
    if spec is None:
        return 2
    for descriptor in (*spec["held"], spec["overflow"]):  # kept until the end, and not given to the program
        if descriptor is not None:
            os.set_inheritable(descriptor, False)
    try:
        files = RunFiles(spec)
    except OSError as error:
        channel.send("refused", {"errno": error.errno})
        return 1
    supervision = Supervision(files, spec["keep"], spec["timeout_s"], channel)
    ended = supervision.watch(spec["command"], spec["cwd"], spec["environment"])
    channel.send("ended", files.close(ended))
    files.compact()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # nothing is left to tear down, and every millisecond counts
