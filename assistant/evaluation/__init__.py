"""Labelled lines and recorded conversations as figures; `python -m assistant COMMAND`."""
