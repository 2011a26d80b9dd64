#!/bin/sh
# Stands for the tool of that name, which is in no jar that is here: succeeds when the broker answers a client.
exec java -Xmx128m -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' kafka.admin.ConfigCommand "$@" --describe --entity-type brokers
