"""From ratings to a bundle: pretraining, the DQN, and the checkpoint that is kept."""
