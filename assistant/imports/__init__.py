"""Ratings and watch-lists from elsewhere, and out again: Letterboxd, IMDb, plain CSV.

Reading order: `rows` (the values), `reading` (bytes → rows and what is wrong with the others),
`preview` (row → film of the catalogue, or films that it may be; what an import would
do, kept until it is confirmed), `writing` (what is held → CSV that Letterboxd imports).
"""
