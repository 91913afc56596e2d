"""The run worker: executes a notebook's cells inside a sandbox and hands back what came of them."""
