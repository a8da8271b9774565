"""From the log of conversations to the next policy, if it is shown to be better."""
