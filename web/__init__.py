"""HTTP: pages for people, JSON and media for programs, each route with the right that it needs."""
