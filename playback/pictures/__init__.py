"""Still pictures: the small ones that are packed by the hour, and single frames on request."""
