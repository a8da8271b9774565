"""From what a line says to the next state, the films with their reasons, and the reply."""
