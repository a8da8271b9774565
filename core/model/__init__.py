"""The network and what it stands on, from a transcript to a slate, and the bundle that holds it."""
