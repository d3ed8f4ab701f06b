"""What launch.py hands over to."""

import sys

from runtime.commands import main

sys.exit(main(sys.argv[1:]))
