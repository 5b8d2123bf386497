"""`python -m regard`, the same as the `regard` command."""

import sys

from regard.config.cli import main

sys.exit(main())
