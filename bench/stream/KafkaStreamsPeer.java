import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Kafka Streams' peer: a windowed aggregate in RocksDB with its changelog, exactly_once_v2.
 *
 * <p>Arguments: threads, commit interval in ms, window and grace in seconds, and the job as JSON.
 */
public final class KafkaStreamsPeer {
    /** One reading, as the contract has it; the fields that nothing uses are checked and dropped. */
    record Reading(String roadId, long timeMs, double speedKmh) {}

    /** Count, sum, least and greatest speed. */
    record Speeds(long count, double sum, double min, double max) {
        static final Speeds ZERO =
                new Speeds(0, 0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

        Speeds add(double speed) {
            return new Speeds(count + 1, sum + speed, Math.min(min, speed), Math.max(max, speed));
        }
    }

    /** Speeds in 32 bytes. */
    static Serde<Speeds> speeds() {
        return Serdes.serdeFrom(
                (topic, speeds) ->
                        ByteBuffer.allocate(32)
                                .putLong(speeds.count)
                                .putDouble(speeds.sum)
                                .putDouble(speeds.min)
                                .putDouble(speeds.max)
                                .array(),
                (topic, bytes) -> {
                    if (bytes == null) {
                        return null;
                    }
                    ByteBuffer in = ByteBuffer.wrap(bytes);
                    return new Speeds(in.getLong(), in.getDouble(), in.getDouble(), in.getDouble());
                });
    }

    /** JSON by Jackson's streaming parser, and the contract's ranges. */
    static final class ReadingDeserializer implements Deserializer<Reading> {
        private static final JsonFactory JSON = new JsonFactory();
        private static final long EARLIEST_MS = 946_684_800_000L;
        private static final long LATEST_MS = 4_102_444_800_000L;
        private static final int EVENT = 1, TIME = 2, SENSOR = 4, ROAD = 8, SPEED = 16, COUNT = 32;
        private static final int ALL = 63;

        @Override
        public Reading deserialize(String topic, byte[] bytes) {
            String road = null;
            double time = 0;
            double speed = 0;
            int seen = 0;
            try (JsonParser in = JSON.createParser(bytes)) {
                if (in.nextToken() != JsonToken.START_OBJECT) {
                    throw new IllegalArgumentException("not an object");
                }
                for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                    in.nextToken();
                    switch (name) {
                        case "event_id" -> {
                            id(in);
                            seen |= EVENT;
                        }
                        case "sensor_id" -> {
                            id(in);
                            seen |= SENSOR;
                        }
                        case "road_id" -> {
                            road = id(in);
                            seen |= ROAD;
                        }
                        case "timestamp" -> {
                            time = in.getDoubleValue();
                            seen |= TIME;
                        }
                        case "speed_kmh" -> {
                            speed = within(in.getDoubleValue(), 0, 400);
                            seen |= SPEED;
                        }
                        case "vehicle_count" -> {
                            within(in.getIntValue(), 0, 100_000);
                            seen |= COUNT;
                        }
                        case "occupancy_pct" -> {
                            if (in.currentToken() != JsonToken.VALUE_NULL) {
                                within(in.getDoubleValue(), 0, 100);
                            }
                        }
                        default -> in.skipChildren();
                    }
                }
            } catch (IOException error) {
                throw new IllegalArgumentException(error);
            }
            if (seen != ALL) {
                throw new IllegalArgumentException("a field is missing");
            }
            long timeMs = Math.round(time >= 1e11 ? time : time * 1000);
            if (timeMs < EARLIEST_MS || timeMs >= LATEST_MS) {
                throw new IllegalArgumentException("timestamp: outside the years 2000 to 2100");
            }
            return new Reading(road, timeMs, speed);
        }

        private static String id(JsonParser in) throws IOException {
            if (in.currentToken() != JsonToken.VALUE_STRING) {
                throw new IllegalArgumentException("an id is not a string");
            }
            String id = in.getText();
            if (id.isEmpty() || id.length() > 100) {
                throw new IllegalArgumentException("an id has 1 to 100 characters");
            }
            return id;
        }

        private static double within(double value, double least, double greatest) {
            if (!(value >= least && value <= greatest)) {
                throw new IllegalArgumentException("a number is out of its range");
            }
            return value;
        }
    }

    /** What is known of the run: when it began, how many records came, and whether it is over. */
    static final class Course {
        private final AtomicLong startedNs = new AtomicLong();
        private final LongAdder records = new LongAdder();

        void take() {
            if (startedNs.get() == 0) {
                startedNs.compareAndSet(0, System.nanoTime());
            }
            records.increment();
        }

        double startedS() {
            return startedNs.get() / 1e9;
        }

        boolean done(long events, double seconds) {
            long started = startedNs.get();
            return records.sum() >= events
                    || started != 0 && System.nanoTime() - started >= seconds * 1e9;
        }
    }

    public static void main(String[] arguments) throws Exception {
        String threads = arguments[0];
        String commitMs = arguments[1];
        Duration window = Duration.ofSeconds(Long.parseLong(arguments[2]));
        Duration grace = Duration.ofSeconds(Long.parseLong(arguments[3]));
        ObjectMapper json = new ObjectMapper();
        JsonNode job = json.readTree(arguments[4]);
        String folder = job.get("folder").asText();

        Course course = new Course();
        Map<Windowed<String>, Speeds> newest = new ConcurrentHashMap<>();
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(
                        job.get("topic").asText(),
                        Consumed.with(Serdes.String(), readings())
                                .withTimestampExtractor(
                                        (record, before) -> ((Reading) record.value()).timeMs()))
                .peek((road, reading) -> course.take())
                .groupByKey()
                .windowedBy(TimeWindows.ofSizeAndGrace(window, grace))
                .aggregate(
                        () -> Speeds.ZERO,
                        (road, reading, speeds) -> speeds.add(reading.speedKmh()),
                        Materialized.<String, Speeds, WindowStore<Bytes, byte[]>>as("windows")
                                .withKeySerde(Serdes.String())
                                .withValueSerde(speeds()))
                .toStream()
                .foreach(newest::put);

        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, job.get("group").asText());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, job.get("kafka").asText());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitMs);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder);
        settings.put("auto.offset.reset", "earliest");

        try (KafkaStreams streams = new KafkaStreams(builder.build(), settings)) {
            streams.start();
            long events = job.get("events").asLong();
            double seconds = job.get("seconds").asDouble();
            while (!course.done(events, seconds)) {
                Thread.sleep(10);
                if (streams.state().hasCompletedShutdown()) {
                    System.exit(1);
                }
            }
        }
        json.writeValue(
                Path.of(folder, "outcome.json").toFile(), outcome(json, course.startedS(), newest));
    }

    private static Serde<Reading> readings() {
        Serializer<Reading> none =
                (topic, reading) -> {
                    throw new UnsupportedOperationException("readings are only read");
                };
        return Serdes.serdeFrom(none, new ReadingDeserializer());
    }

    private static ObjectNode outcome(
            ObjectMapper json, double startedS, Map<Windowed<String>, Speeds> newest) {
        ObjectNode outcome = json.createObjectNode().put("started", startedS);
        ArrayNode windows = outcome.putArray("windows");
        newest.forEach(
                (window, speeds) ->
                        windows.addArray()
                                .add(window.key())
                                .add(window.window().start() / 1000)
                                .add(speeds.count())
                                .add(speeds.sum())
                                .add(speeds.min())
                                .add(speeds.max()));
        return outcome;
    }
}
