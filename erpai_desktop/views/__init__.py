"""The window: widgets and Qt item models; no logic, no database, no network."""
