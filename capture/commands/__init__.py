"""One file per `capture` command: HELP, arguments(parser), run(arguments) → exit code."""
