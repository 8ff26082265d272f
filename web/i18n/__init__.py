"""The words of the web portal, one folder of TOML files a language, and the reader of those files."""
