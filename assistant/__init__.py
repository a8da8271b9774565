"""The conversation: from typed text to films with reasons, and the page around it."""
