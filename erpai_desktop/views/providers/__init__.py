"""The room of providers: connections to AI services, their keys, and what they offer."""
