"""python -m feeder"""

from __future__ import annotations

import sys

from feeder.cli import main

if __name__ == "__main__":
    sys.exit(main())
