"""The words of the web portal, one TOML file a language, and the reader of those files."""
