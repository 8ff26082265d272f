"""What every route rests on: state, routing, errors, ranges, CSRF, headers, static files."""
