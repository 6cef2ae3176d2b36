package io.hubstorage.web;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.ConfigVerticle;
import io.hubstorage.config.Environment;
import io.hubstorage.testkit.BlockedLoops;
import io.hubstorage.testkit.Bystander;
import io.hubstorage.web.auth.Identity;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.auth.TestLogins;
import io.hubstorage.web.auth.TokenStore;
import io.hubstorage.web.http.Connections;
import io.hubstorage.web.sse.EventHub;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The real web server on a free port, on a real configuration, before rooms that answer on the bus. */
final class WebServer implements AutoCloseable {
    private static final int CONNECTIONS = 64;

    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T08:00:00Z"));
    final InstantSource clock = now::get;
    final Vertx vertx = Vertx.vertx();
    final BusRooms rooms = new BusRooms(vertx);
    final PrometheusMeterRegistry registry = HttpVerticle.registry();
    final Path folder;
    final ConfigStore store;
    final HttpVerticle verticle;
    /** What the one who started it was told, and nobody else. */
    final List<String> told = new CopyOnWriteArrayList<>();

    /** The threads that built it, by what they added to the metrics. */
    final List<String> builders = new CopyOnWriteArrayList<>();

    private final AtomicInteger tokens = new AtomicInteger();
    private volatile int entrance;
    private volatile String below = "";
    private final String deployment;
    private final HttpClient client;
    /** Of those who have nothing to do with what a test does. */
    private final HttpClient others;

    private final BlockedLoops blocked = BlockedLoops.watch();

    /** An answer, read whole. */
    record Answer(int status, MultiMap headers, Buffer body) {
        JsonObject json() {
            return body.toJsonObject();
        }

        String header(String name) {
            String value = headers.get(name);
            if (value == null) {
                throw new AssertionError("no header " + name + " in " + headers);
            }
            return value;
        }
    }

    static WebServer start(Path folder) throws IOException {
        return start(folder, Map.of(), EventHub.Limits.DEFAULT);
    }

    static WebServer start(Path folder, Map<String, String> environment, EventHub.Limits limits) throws IOException {
        return new WebServer(folder, environment, limits, Connections.Limits.DEFAULT);
    }

    static WebServer start(Path folder, Connections.Limits connections) throws IOException {
        return new WebServer(folder, Map.of(), EventHub.Limits.DEFAULT, connections);
    }

    private WebServer(
            Path folder, Map<String, String> environment, EventHub.Limits limits, Connections.Limits connections)
            throws IOException {
        this.folder = folder;
        registry.config()
                .onMeterAdded(meter -> builders.add(Thread.currentThread().getName()));
        for (String name : List.of("config", "data", "logs")) {
            Files.createDirectories(folder.resolve(name));
        }
        if (!Files.exists(folder.resolve("config/config.json"))) {
            Files.writeString(folder.resolve("config/config.json"), "{\"s3_buckets\": [\"photos\"]}");
        }
        Map<String, String> variables = new TreeMap<>(Map.of(
                "HUBSTORAGE_WEB_HOST",
                "127.0.0.1",
                "HUBSTORAGE_WEB_PORT",
                "0",
                "HUBSTORAGE_CONFIG_PATH",
                folder.resolve("config").toString(),
                "HUBSTORAGE_DATA_PATH",
                folder.resolve("data").toString(),
                "HUBSTORAGE_LOG_PATH",
                folder.resolve("logs").toString(),
                "AWS_ACCESS_KEY_ID",
                "AKIAEXAMPLEEXAMPLE12"));
        variables.putAll(environment);
        Environment env = Environment.load(variables, folder.resolve(".env"));
        store = await(ConfigStore.open(vertx, env, UnaryOperator.identity(), clock));
        await(vertx.deployVerticle(new ConfigVerticle(store)));
        verticle = new HttpVerticle(store, clock, "1.2.3-test", registry, told::add, limits, connections);
        deployment = await(vertx.deployVerticle(verticle));
        others = vertx.createHttpClient();
        client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(1, TimeUnit.MINUTES);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing happened for a minute", e);
        }
    }

    /** From now on requests go to a proxy before the server, which has it below a path. */
    void goBy(int port, String path) {
        entrance = port;
        below = path;
    }

    int port() {
        return verticle.actualPort();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** A token for programs, newly made. */
    TokenStore.Made token(Role role) {
        String name = role.word() + " token " + tokens.incrementAndGet();
        return await(verticle.withAuthenticator(all -> all.tokens().create(name, role, null))
                .compose(made -> made));
    }

    /** A login that has just begun. */
    TestLogins.Browser session(Identity who) {
        return await(verticle.withAuthenticator(all -> TestLogins.begin(all, who, port())));
    }

    Answer get(String path) {
        return send(HttpMethod.GET, path, Map.of(), null);
    }

    Answer get(String path, Map<String, String> headers) {
        return send(HttpMethod.GET, path, headers, null);
    }

    /** Says what became of a message, as those who deliver do. */
    void deliver(String channel, String outcome) {
        vertx.eventBus()
                .publish(
                        "hubstorage.notify.delivered",
                        new JsonObject().put("channel", channel).put("outcome", outcome));
    }

    Answer post(String path, @Nullable JsonObject body) {
        return send(
                HttpMethod.POST,
                path,
                Map.of("Content-Type", "application/json"),
                body == null ? null : body.toBuffer());
    }

    Answer send(HttpMethod method, String path, Map<String, String> headers, @Nullable Buffer body) {
        return await(exchange(
                method,
                path,
                headers,
                body,
                response ->
                        response.body().map(whole -> new Answer(response.statusCode(), response.headers(), whole))));
    }

    /** Sends a request and has the answer read, on the client's own context, where nothing of it can be missed. */
    <T> Future<T> exchange(
            HttpMethod method,
            String path,
            Map<String, String> headers,
            @Nullable Buffer body,
            Function<HttpClientResponse, Future<T>> reader) {
        return exchange(client, method, path, headers, body, reader);
    }

    private <T> Future<T> exchange(
            HttpClient by,
            HttpMethod method,
            String path,
            Map<String, String> headers,
            @Nullable Buffer body,
            Function<HttpClientResponse, Future<T>> reader) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setHost("127.0.0.1")
                .setPort(entrance == 0 ? port() : entrance)
                .setURI(below + path);
        headers.forEach(options::putHeader);
        Promise<T> read = Promise.promise();
        vertx.runOnContext(begun -> by.request(options)
                .compose(request -> body == null ? request.send() : request.send(body))
                .compose(reader)
                .onComplete(read));
        return read.future();
    }

    /** That others get this in less than a second meanwhile, by connections of their own. */
    void assertServesOthers(String path, Map<String, String> headers) {
        Bystander.isServedWithinASecond(other(path, headers));
    }

    void assertServesOthers() {
        assertServesOthers("/api/config", Map.of());
    }

    /** The same while somebody does that again and again. */
    void assertServesOthersDespite(Bystander.Attack attack) throws Exception {
        Bystander.isServedWithinASecondDespite(attack, other("/api/config", Map.of()));
    }

    private Runnable other(String path, Map<String, String> headers) {
        return () -> {
            int status = await(exchange(
                    others,
                    HttpMethod.GET,
                    path,
                    headers,
                    null,
                    response -> response.body().map(whole -> response.statusCode())));
            if (status != 200) {
                throw new AssertionError("somebody else was answered " + status);
            }
        };
    }

    /** How long the ordered stop took. */
    Duration undeploy() {
        long begun = System.nanoTime();
        await(vertx.undeploy(deployment));
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Override
    public void close() {
        await(vertx.close());
        blocked.close();
    }
}
