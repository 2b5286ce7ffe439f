"""A stand-in for a model that runs on and on: `stream.py ITERATIONS_PER_S`, printed one by one at their times."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.generate_log import head, iteration


def main() -> None:
    """Print until killed."""
    rate, numbers = float(sys.argv[1]), random.Random(0)
    sys.stdout.write(head(1_000_000))
    began, number = time.monotonic(), 0
    while True:
        number += 1
        sys.stdout.write(iteration(numbers, number, 8 * number - 7)[0])
        sys.stdout.flush()
        time.sleep(max(0.0, began + number / rate - time.monotonic()))


if __name__ == "__main__":
    main()
