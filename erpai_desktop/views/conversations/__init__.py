"""Training conversations: their list, the chat-like editor, and the room where they are reviewed."""
