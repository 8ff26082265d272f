"""`/openapi.json`: the interface described for programs."""
