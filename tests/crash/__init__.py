"""A process killed at any point: nothing acknowledged is lost, nothing half done is left."""
