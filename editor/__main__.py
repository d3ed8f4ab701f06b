"""What launch.py hands over to when it opens the window."""

import sys

from editor.app import main

sys.exit(main(sys.argv[1:]))
