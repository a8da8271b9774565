"""What is learned and remembered. Nothing in here imports `assistant`."""
