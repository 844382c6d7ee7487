"""The steps of the monitoring machine: drift, effectiveness, experiments, and what is done about them."""
