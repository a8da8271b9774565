"""What the words around titles say: likes and dislikes, facets, years, references."""
