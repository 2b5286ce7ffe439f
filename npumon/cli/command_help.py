"""What `npumon COMMAND --help` says besides the options: examples, and which of the shared options apply."""

from __future__ import annotations

from typing import NamedTuple

#: The shared options that say how text looks, and how much is said.
_LOOK = frozenset({"no_color", "ascii", "config", "quiet", "debug", "version"})
_RESULT = _LOOK | {"format", "output"}
_BOARD = frozenset({"demo", "scenario", "seed", "root"})
_RUN = frozenset({"timeout", "labels"})


class CommandHelp(NamedTuple):
    """The `examples` of a command, the `formats` that it prints, and the names of the `shared` options that have a
    meaning for it; the others are taken and mean nothing."""

    examples: str
    shared: frozenset[str]
    formats: str = ""


OF_COMMAND = {
    "monitor": CommandHelp(
        """\
npumon                            choose a model on the Models page
npumon -- ./run.sh                run a command of this folder at once
npumon --demo=graph               a simulated board that runs a graph""",
        _LOOK | _BOARD | _RUN,
    ),
    "run": CommandHelp(
        """\
npumon run inceptionv3            a model that npumon models lists
npumon run -n 10 --warmup 1 -- ./run.sh
                                  any command, ten times, warm
npumon run --format json -o result.json inceptionv3""",
        _RESULT | _BOARD | _RUN,
        "text, json, jsonl or csv",
    ),
    "snapshot": CommandHelp(
        """\
npumon snapshot                   the board alone
npumon snapshot inceptionv3       with one run of a model
npumon snapshot --log run.log --format svg --page layers -o layers.svg""",
        _RESULT | _BOARD | _RUN,
        "text, json or svg",
    ),
    "parse": CommandHelp(
        """\
npumon parse run.log --by target  where the time goes
npumon parse run.log --run list   the runs that are in a log
ssh board ./run.sh 2>&1 | npumon parse - --format json""",
        _RESULT | {"labels"},
        "text, json, jsonl or csv",
    ),
    "watch": CommandHelp(
        """\
npumon watch run.log              the live monitor on a growing log
npumon watch run.log --headless   a line of JSON for each result
npumon watch --last               a run that was left running""",
        _LOOK | _RUN | {"output", "root"},
    ),
    "models": CommandHelp(
        """\
npumon models                     in this folder and in models.roots
npumon models ~/ksnn/examples     in another folder
npumon models --format json       with commands, labels and files""",
        _RESULT | _BOARD,
        "text, json or csv",
    ),
    "inspect": CommandHelp(
        """\
npumon inspect model.h --budget 128K  does it run in the NPU's share of SRAM?
npumon inspect model.h --budget 46K --flash 450K
                                      ... with the rest of it in flash?
npumon inspect model.h --config .config
                                      does the firmware's configuration suit?
npumon inspect model.h model_xip.h    two models of one firmware, added up
npumon inspect model.h --emit c       checks and a task for the C compiler
npumon inspect models/ --format csv   a row for each model in a folder
npumon inspect --diff old.h new.h     what changed, and what follows from it""",
        _RESULT | {"root"},
        "text, json, jsonl or csv",
    ),
    "driver": CommandHelp(
        """\
npumon driver status              what is loaded, and who uses it
npumon driver reload              reload it with profiling on
npumon driver reload --dry-run    print the plan and change nothing""",
        _RESULT | _BOARD | {"timeout"},
        "text or json",
    ),
    "doctor": CommandHelp(
        """\
npumon doctor                     each check with its remedy
npumon doctor --format json       the same for scripts
npumon doctor --root /mnt/board   a board's files mounted here""",
        _RESULT | _BOARD | {"labels"},
        "text or json",
    ),
    "config": CommandHelp(
        """\
npumon config                     every setting, its value and its origin
npumon config --example > "$(npumon config --path)"
                                  a settings file to start from""",
        _RESULT | _RUN | {"root"},
        "text or json",
    ),
    "completion": CommandHelp(
        """\
npumon completion bash > ~/.local/share/bash-completion/completions/npumon
npumon completion zsh > "${fpath[1]}/_npumon\"""",
        frozenset({"output", "quiet", "debug", "version"}),
    ),
    "help": CommandHelp(
        """\
npumon help                       the commands, and what they share
npumon help run                   the options of one command""",
        frozenset(),
    ),
}
