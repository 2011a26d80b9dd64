# What deploy/compose.yaml takes from others, as it is needed where no registry is reached: their programs as Debian and
# Maven Central have them, with the entry points and paths that the Compose file relies on.
ARG BASE
FROM ${BASE} AS kafka
COPY jars /opt/kafka/libs
COPY kafka_start.sh kafka-broker-api-versions.sh /opt/kafka/bin/
ENTRYPOINT ["sh", "/opt/kafka/bin/kafka_start.sh"]

FROM ${BASE} AS prometheus
ENTRYPOINT ["prometheus"]
