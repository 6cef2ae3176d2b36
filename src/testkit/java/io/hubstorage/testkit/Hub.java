package io.hubstorage.testkit;

import io.hubstorage.HubStorage;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.config.Environment;
import io.hubstorage.config.Settings;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.S3Access;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The real engine in a folder of its own, against a test server; starts runs over the bus and waits for their records. */
public final class Hub implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 300;

    private final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private final InstantSource clock;
    private Duration stall = S3Access.STALL;
    private RetryPolicy retries = RetryPolicy.USUAL;
    private Vertx vertx = Vertx.vertx();
    private @Nullable HubStorage running;

    /** In this folder; nothing is started before the first run. */
    public Hub(Path home, Settings.Aws aws, InstantSource clock) {
        this.home = home;
        this.clock = clock;
        environment.put(
                "HUBSTORAGE_CONFIG_PATH", home.resolve("config/config.json").toString());
        environment.put("HUBSTORAGE_DATA_PATH", data().toString());
        environment.put("HUBSTORAGE_LOG_PATH", home.resolve("logs").toString());
        put("AWS_ENDPOINT_URL", aws.endpoint());
        put("AWS_ACCESS_KEY_ID", aws.keys().accessKeyId());
        put("AWS_SECRET_ACCESS_KEY", aws.keys().secretAccessKey());
        put("AWS_PROFILE", aws.profile());
        Settings.TrustStore authorities = aws.trustStore();
        put("AWS_CA_BUNDLE", authorities == null ? null : authorities.file());
        put("AWS_DEFAULT_REGION", aws.region());
        put("HUBSTORAGE_SSE_C_KEY", aws.customerKey());
    }

    /** Gives up on S3 sooner than usual, from the next start on. */
    public Hub patience(Duration silence, int attempts) {
        stall = silence;
        retries = new RetryPolicy(Duration.ofMillis(20), Duration.ofMillis(200), attempts);
        return this;
    }

    /** How long the engine waits for a server that is out of reach, from the next start on; call after {@link #patience}. */
    public Hub outage(Duration outage) {
        retries = new RetryPolicy(retries.base(), retries.cap(), retries.attempts(), outage);
        return this;
    }

    private void put(String name, @Nullable Object value) {
        if (value != null) {
            environment.put(name, value.toString());
        }
    }

    /** Writes {@code config.json} with these buckets; retries off, so that a failing run ends. */
    public Hub configure(String... buckets) {
        return configure(new JsonObject().put("s3_buckets", new JsonArray(List.of(buckets))));
    }

    /** Writes {@code config.json}; retries are off unless it says otherwise. */
    public Hub configure(JsonObject config) {
        JsonObject whole = new JsonObject()
                .put("automation", new JsonObject().put("enabled", false).put("max_retries", 0))
                .mergeIn(config, true);
        try {
            Files.createDirectories(home.resolve("config"));
            Files.writeString(home.resolve("config/config.json"), whole.encodePrettily());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** Starts the engine, if it is not running. */
    public Hub start() {
        if (running == null) {
            Environment loaded = Environment.load(environment, home.resolve(".env"));
            running = await(HubStorage.engine(vertx, loaded, clock, stall, retries));
        }
        return this;
    }

    /** Stops it, as on SIGTERM; {@link #start} starts it anew on the same folder. */
    public Hub stop() {
        if (running != null) {
            await(running.stop());
            running = null;
        }
        await(vertx.close());
        vertx = Vertx.vertx();
        return this;
    }

    /** A whole run, from start to record. */
    public RunRecord backUp() {
        return run(new BackupMessage.Start(null, false, null));
    }

    /** A dry run. */
    public RunRecord dryRun() {
        return run(new BackupMessage.Start(null, true, null));
    }

    /** A run as asked for. */
    public RunRecord run(BackupMessage.Start start) {
        start();
        // By run id: a run that an earlier process left without an end may be told of first.
        Map<String, CompletableFuture<RunRecord>> ends = new ConcurrentHashMap<>();
        MessageConsumer<JsonObject> consumer = vertx.eventBus().consumer(Addresses.BACKUP_FINISHED, message -> {
            RunRecord run = BusJson.decode(message.body(), RunRecord.class);
            ends.computeIfAbsent(run.runId(), _ -> new CompletableFuture<>()).complete(run);
        });
        await(consumer.completion());
        try {
            String runId =
                    request(Addresses.BACKUP_START, BusJson.encode(start)).getString("run_id");
            return await(Future.fromCompletionStage(ends.computeIfAbsent(runId, _ -> new CompletableFuture<>())));
        } finally {
            await(consumer.unregister());
        }
    }

    /** The record of the run that ends next. */
    public CompletableFuture<RunRecord> nextFinished() {
        CompletableFuture<RunRecord> finished = new CompletableFuture<>();
        MessageConsumer<JsonObject> consumer = vertx.eventBus().consumer(Addresses.BACKUP_FINISHED);
        consumer.handler(message -> {
            consumer.unregister();
            finished.complete(BusJson.decode(message.body(), RunRecord.class));
        });
        await(consumer.completion());
        return finished;
    }

    /** The body of the answer. */
    public JsonObject request(String address, JsonObject body) {
        return await(vertx.eventBus().<JsonObject>request(address, body)).body();
    }

    /** The engine itself, which is started. */
    public HubStorage engine() {
        return Objects.requireNonNull(start().running);
    }

    /** The event bus that the verticles talk over. */
    public Vertx vertx() {
        return vertx;
    }

    /** Where the snapshots are. */
    public Path data() {
        return home.resolve("data");
    }

    /** The names of a snapshot's buckets' files, and their content, are below this. */
    public Path files(RunRecord run, String bucket) {
        return Layout.tree(new Layout(data()).snapshot(Objects.requireNonNull(run.snapshot())), bucket);
    }

    /** The snapshots on disk. */
    public Snapshots snapshots() {
        return new Snapshots(new Layout(data()));
    }

    /** Waits for a future's result. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop();
        await(vertx.close());
    }

    /** The variables of a HubStorage that has its configuration and logs in a folder, and its snapshots in that other one. */
    public static Environment environment(Path folder, Path data) throws IOException {
        return Environment.load(
                Map.of(
                        "DOCKER_MODE", "false",
                        "HUBSTORAGE_DATA_PATH", data.toString(),
                        "HUBSTORAGE_LOG_PATH", folder.resolve("logs").toString(),
                        "HUBSTORAGE_CONFIG_PATH", folder.resolve("config").toString()),
                folder.resolve(".env"));
    }
}
