"""The page: the conversation as HTML, and its wiring."""
