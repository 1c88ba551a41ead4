"""The command line: the only place that prints and exits. Human output is Chinese, --json keys are English."""
