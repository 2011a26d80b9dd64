"""Events on Kafka become signed webhooks at endpoints of yours."""
