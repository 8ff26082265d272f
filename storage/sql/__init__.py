"""The database itself: connections and transactions, column types, files of SQLite, copies."""
