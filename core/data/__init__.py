"""MovieLens folders and archives, and facts of films, in: the only door to pandas."""
