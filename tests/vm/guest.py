"""What runs in the guest: every scenario in turn, and a line of JSON for each on the second serial line."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

_RESULTS = "/dev/ttyS1"


def main() -> int:
    """`{"booted": seconds}`, then `{"scenario", "ok", "seconds", "detail"}` for each, then `{"finished": number}`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--npumon", type=Path, required=True)
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--package", type=Path, action="append", default=[])
    parser.add_argument("--scenario", action="append", default=[])
    args = parser.parse_args()
    with open(_RESULTS, "w", buffering=1) as results:

        def tell(**result: Any) -> None:
            results.write(json.dumps(result) + "\n")

        from tests.vm import guest_system
        from tests.vm.scenarios import SCENARIOS

        began = time.monotonic()
        tell(booted=round(began, 1))
        try:
            guest_system.install(args.package, args.modules)
        except Exception:  # noqa: BLE001 - whatever it is, the host has to hear of it
            tell(scenario="install", ok=False, seconds=time.monotonic() - began, detail=traceback.format_exc())
            return 1
        tell(installed=round(time.monotonic() - began, 1))
        chosen = [scenario for scenario in SCENARIOS if not args.scenario or scenario.__name__ in args.scenario]
        for scenario in chosen:
            began = time.monotonic()
            detail = ""
            try:
                guest_system.begin_anew()
                scenario(args.npumon)
            except Exception:  # noqa: BLE001
                detail = traceback.format_exc()
                _log(scenario.__name__, detail)
            tell(scenario=scenario.__name__, ok=not detail, seconds=time.monotonic() - began, detail=detail)
        tell(finished=len(chosen))
        os.sync()
    return 0


def _log(name: str, detail: str) -> None:
    """The console gets what went wrong, with the kernel's last messages."""
    kernel = subprocess.run(["dmesg"], capture_output=True, text=True, errors="replace").stdout.splitlines()[-30:]
    sys.stdout.write("\n".join([f"---- {name}", detail, "---- the kernel", *kernel, ""]))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
