"""What is learned and remembered. Nothing in here imports `assistant`.

domain, errors, config, catalogue, session, rewards, statistics are the nouns; then, in this order:

data         MovieLens and facts of films in: files → `Catalogue` and `Ratings`
store        sessions, recommendations and reactions in a database
model        transcript → channels → Q-values → slate; the bundle that holds them
simulation   viewers that answer from real ratings; the environment; whole sessions replayed
training     pretraining, the DQN, the best checkpoint: ratings → bundle
evaluation   policies and baselines judged on people nobody was fitted on
learning     the log of conversations → a candidate → the gate → the next policy
commands     `python -m core COMMAND`, a module each
"""

__version__ = "0.1.0"
"""Version of Marquee; pyproject.toml says the same."""
