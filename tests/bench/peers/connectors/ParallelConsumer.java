import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Confluent Parallel Consumer: in order within a key, a thread for each permit. */
public final class ParallelConsumer {
  private static final Map<String, String> ENV = System.getenv();
  /** The first one in an event is the invoice's own. */
  private static final Pattern VERSION = Pattern.compile("\"updated_at\": ?\"([^\"]+)\"");

  /** What comes before the invoice's id in the key of a record. */
  private static final String KEY_PREFIX = "invoice:";

  private final String template;
  private final HttpRequest.Builder request =
      HttpRequest.newBuilder(URI.create(ENV.get("PEER_URL")))
          .timeout(Duration.ofSeconds(60))
          .header("Content-Type", "application/json");
  // The default offers HTTP/2 on every connection, which NetSuite's stub does not speak.
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private ParallelConsumer() throws Exception {
    template = Files.readString(Path.of(ENV.get("PEER_TEMPLATE")));
  }

  public static void main(String[] arguments) throws Exception {
    new ParallelConsumer().run();
  }

  private void run() {
    var consumer =
        new KafkaConsumer<String, String>(
            Map.of(
                "bootstrap.servers", ENV.get("PEER_SERVERS"),
                "group.id", ENV.get("PEER_GROUP"),
                "group.instance.id", ENV.get("PEER_INSTANCE"),
                "auto.offset.reset", "earliest",
                "enable.auto.commit", "false"),
            new StringDeserializer(),
            new StringDeserializer());
    ParallelConsumerOptions<String, String> options =
        ParallelConsumerOptions.<String, String>builder()
            .consumer(consumer)
            .ordering(ProcessingOrder.KEY)
            .maxConcurrency(Integer.parseInt(ENV.get("PEER_CAP")))
            .commitMode(CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
            .commitInterval(Duration.ofSeconds(1))
            .defaultMessageRetryDelay(Duration.ofMillis(200))
            .build();
    var processor = ParallelStreamProcessor.<String, String>createEosStreamProcessor(options);
    processor.subscribe(List.of(ENV.get("PEER_TOPIC")));
    processor.poll(context -> write(context.key(), context.value()));
  }

  /** Sends one event; what is not taken is tried again by the library, because this throws. */
  private void write(String key, String event) {
    String body = template.replace("@ID@", key.substring(KEY_PREFIX.length())).replace("@VERSION@", version(event));
    try {
      var one = request.copy().POST(HttpRequest.BodyPublishers.ofString(body)).build();
      HttpResponse<String> answer = http.send(one, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200 || answer.body().contains("\"status\":\"error\"")) {
        throw new IllegalStateException("not taken: " + answer.statusCode());
      }
    } catch (java.io.IOException | InterruptedException error) {
      throw new IllegalStateException(error);
    }
  }

  private static String version(String event) {
    Matcher found = VERSION.matcher(event);
    if (!found.find()) {
      throw new IllegalArgumentException("no updated_at");
    }
    return found.group(1);
  }
}
