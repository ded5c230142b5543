"""The chat dock: conversations with an assistant, answers with their sources."""
