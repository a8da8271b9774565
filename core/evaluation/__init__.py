"""Policies compared on people nobody was fitted on: sessions, tables, figures, baselines."""
