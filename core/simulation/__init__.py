"""Simulated viewers, the environment over them, and whole sessions replayed."""
