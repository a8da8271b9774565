"""Ratings and watch-lists from elsewhere, and out again: Letterboxd, IMDb, plain CSV.

Reading order: `reading` (bytes → rows and what is wrong with the others; what is held → CSV that
Letterboxd imports), `preview` (row → film of the catalogue, or films that it may be; what an import
would do, kept until it is confirmed).
"""
