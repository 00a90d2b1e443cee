"""Every PromQL expression of the dashboards, by name; a module a topic."""
