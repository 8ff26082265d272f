"""What every page is drawn with: layout, forms, problems, words and units."""
