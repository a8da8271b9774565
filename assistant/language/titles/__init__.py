"""Which spans of a sentence are titles, and of which films."""
