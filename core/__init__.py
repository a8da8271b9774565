"""What is learned and remembered. Nothing in here imports `assistant`.

Reading order; each module imports only what stands above it:

errors            the error tree, told in its docstring
domain            the nouns: movie, facet, outcome, reaction, recommendation
config            frozen settings, the environment read once
rewards           reaction → reward, one table
catalogue         movies and facets, ids ↔ rows ↔ tokens; immutable
session           SessionState and its pure transitions: the transcript
ratings           who rated what, salted splits by person
languages         which films are spoken in which language
movielens         MovieLens folders and archives → catalogue + ratings
fetch             downloads the archives

latent_classes    ratings → kinds of people
factors           ratings → movie vectors, cross-fitted by person
encoder           transcript → state vector
class_posterior   transcript → which kinds the person may be of
familiarity       does the person know whatever they are shown?
qnetwork          Q(s, a) over movie vectors, mask inside
content           genres, tags and years of films as vectors
appeal            how readily a film is named in conversation
company           how much oftener than chance people who like one film like another
kinship           what a conversation pulls each film by
gems              the knob between popular films and hidden gems
policy            Q-values, pull and knob → slate, with propensities
group             the scores of several people → a slate for all of them
baselines         popularity, item-kNN, EASE, iALS, posterior greedy, bandits
metrics           bootstrap intervals, coverage, Gini
calibration       the match figure: chance that a film is liked once it is seen
replay            whole sessions of unseen people, for any policy
evaluation        policies compared, person by person
tradeoff          what the knob between popular films and hidden gems costs and brings
report            an evaluation as a table and as JSON
figures           an evaluation as plots
film_tables       a catalogue as Parquet tables
bundle            save, verify, load a model folder

viewer            a simulated viewer who answers from a real person's ratings
environment       gymnasium.Env over session and viewer
pretraining       rewards of all candidates at once, before the DQN
temporal          the double-Q target
agent             the DQN
coach             validation people, the learning curve, the best checkpoint
training          settings → trained bundle
store             sessions, recommendations, reactions in a database

chat_log          the store's log as slates with their chances and as transitions
offpolicy         what a policy would have earned on another one's conversations
learner           logged reactions → a candidate
gate              may the candidate take over?
versions          a folder of policies: what served, what serves, and back
rehearsal         conversations with simulated viewers, logged as real ones are

split_command     python -m core split
train_command     python -m core train
evaluate_command  python -m core evaluate
pool_command      python -m core pool
study_command     python -m core study
learn_command     python -m core learn
versions_command  python -m core versions
rehearse_command  python -m core rehearse
__main__          python -m core COMMAND
"""
