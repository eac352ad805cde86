"""Arrays and tables in, pictures and pages out; knows no network."""
