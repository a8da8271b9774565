"""The conversation: from typed text to films with reasons, and the page around it.

Reading order; each module imports only what stands above it:

words           text as comparable words that know where they stand
lexicon         cue words, genres, moods, decades, nicknames: data, not code
phrases         the phrases of a list in a sentence
utterance       what was understood of a line, with spans
constraints     how many films are wanted, how well known
years           which years are meant
tastes          cue phrases of taste
speakers        whose taste is told
asides          short verdicts beside a name: "X yes, Y no"
verdicts        whether a verdict judges what stands before it
cues            cue phrases in their place: negated, asked, about what stands before
preferences     likes from dislikes, clause by clause
comparisons     names set against each other
facets          genres, moods, tags and people
capitals        what capitals say of a span of words
surroundings    what else is talked of around a title
sentence        a sentence that may name films
everyday        words of titles said of people, places, amounts and things
grammar         how titles and ordinary words are built into a sentence
title_evidence  what speaks for a span being a title
hearsay         titles that are said of other things, too
title_index     every way to write every title
typing_errors   titles with typing errors
homonyms        which film is meant where several are written the same
title_years     the year that is said with a title
links           spans that may name films, and which to believe
second_look     what titles tell of what stands beside them
makers          whose film it is, told by a name beside
titles          which films a sentence names
unknown         titles that no film has
imports         ratings from elsewhere, and out again
acts            what a line does: greets, asks why, takes back, wants films
reading         a line with the titles that are in it
answers         lines that only make sense after what was shown or asked
exceptions      films of a series that are meant otherwise
mentions        names with their signs
instalments     which film of a series is meant: "the second Toy Story"
namesakes       which film of a name is meant, told by who made it
corrections     lines that put right which film was meant
understanding   text → Utterance

dialogue        the values of a conversation
people          who is named with a film
explanations    why this film: exact contributions to its Q-value
wishes          hard wishes in words
chips           what was understood, a chip for each film and wish
interpretation  Utterance + SessionState → SessionState
small_talk      what is said without films
replies         wording
planning        how many films, which suggestions
records         turns as the store keeps them
together        evenings of several people: who speaks, films for all
evening         opening, joining and leaving one
references      what a line can refer to
saying          which wording answers which act
steering        films a turn, a pause, what to say next
wording         what the page says: data, not code
insights        how it learns, as HTML
library         the watch-list, imports and exports
chat            Assistant.start / respond / react: the seam
lessons         learning from the log every few hours

icons           drawings of the buttons
posters         drawings of the films
theme           colours and style sheet
parts           parts of the page: sent only where they changed
panels          watch-list, imports and exports as HTML
evening_cards   an evening together as HTML
steering_cards  the controls as HTML
desk            what the page asks of the library
margin          what stands beside the conversation as HTML
cards           the conversation as HTML
api             typed endpoints and MCP tools
library_api     endpoints for watch-list, imports and exports
evening_api     endpoints for an evening together
ui              the page: wiring, no decisions

dialogs         recorded conversations in ReDial's format
linking_scores  how well films and signs are found in them
sources         where the command line takes its catalogue from
recall          what recommenders named next against what a policy would
recall_command  python -m assistant recall
scoring         python -m assistant evaluate: labelled lines and recorded conversations as figures
ask             python -m assistant ask
__main__        python -m assistant COMMAND
"""
