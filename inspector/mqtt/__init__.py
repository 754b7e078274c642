"""Publishes what is recorded at an MQTT broker, by a process of its own beside the station."""
