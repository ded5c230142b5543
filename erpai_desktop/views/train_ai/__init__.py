"""Train AI: what the ticked messages of a chat will teach, before it is stored."""
