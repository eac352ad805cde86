"""What a person meets at the command line: checks, mistakes, the summary, the graph, notebooks."""
