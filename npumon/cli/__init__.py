"""The command line: arguments, exit statuses, standard output and error. The only place that wires things up."""
