"""One model in the centre: header, overview with what takes effect, and its sub-pages."""
