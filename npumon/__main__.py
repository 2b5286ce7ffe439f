"""`python -m npumon` is the `npumon` command."""

import sys

from npumon.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
