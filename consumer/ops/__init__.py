"""
What operators see: logs, metrics, health.

May import engine, events, mapping, config and the vocabulary.
Prometheus and Kubernetes read it over `http`; the alerts on it are in deploy/prometheus.
"""
