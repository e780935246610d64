"""``python -m supportdesk``."""

import sys

from supportdesk.cli import main

if __name__ == "__main__":
    sys.exit(main())
