"""One module a command of `python -m core`: `configure(parser)` and `run(arguments)`."""
