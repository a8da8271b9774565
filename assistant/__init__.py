"""The conversation: from typed text to films with reasons, and the page around it.

wording        what the page says: data, not code
language       text → `Utterance`: lexicon, words, meaning, titles; `understand` joins them
imports        ratings from elsewhere, and out again
conversation   `Utterance` + `SessionState` → the next state, films, reasons, and a reply
turn           one turn from line to reply: understand, interpret, plan, choose films, phrase
chat           `Assistant`: the seam that the page, the API, the notebook and the tests go through
retraining     the next policy from the log, every few hours
api            typed endpoints and MCP tools
page           the conversation as HTML, and the wiring of the page
evaluation     how well lines and recorded conversations are understood, as figures
"""
