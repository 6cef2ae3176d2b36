package io.hubstorage.testkit;

import io.hubstorage.config.Settings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The real jar (system property {@code hubstorage.jar}) as a process of its own, with nothing of this one's environment that
 * could lead it elsewhere: configuration, data and logs are below its home. What it prints is kept in files there.
 */
public final class HubProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> STRANGERS =
            List.of("AWS_", "HUBSTORAGE_", "BACKUP_", "DOCKER_MODE", "LC_", "LANG", "JAVA_TOOL_OPTIONS", "JDK_JAVA");
    private static final Pattern ADDRESS = Pattern.compile("is up: (https?://\\S+?),? ");

    private final Process process;
    private final Path out;
    private final Path err;
    /** Once it has said so: by then it may have said much more. */
    private volatile @Nullable URI up;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private HubProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** What a process of a home gets to know: places below it, and the S3 server if there is one. */
    public static Map<String, String> environment(Path home, Settings.@Nullable Aws aws) {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "LC_ALL", "C.UTF-8",
                "DOCKER_MODE", "false",
                // Nobody's cache is used, and no training goes on after a test.
                "HUBSTORAGE_CACHE_PATH", "none",
                "HUBSTORAGE_CONFIG_PATH", home.resolve("config/config.json").toString(),
                "HUBSTORAGE_DATA_PATH", home.resolve("data").toString(),
                "HUBSTORAGE_LOG_PATH", home.resolve("logs").toString(),
                "HUBSTORAGE_WEB_PORT", "0",
                "AWS_CONFIG_FILE", home.resolve("no-aws-config").toString(),
                "AWS_SHARED_CREDENTIALS_FILE",
                        home.resolve("no-aws-credentials").toString()));
        if (aws != null) {
            environment.put("AWS_ENDPOINT_URL", String.valueOf(aws.endpoint()));
            environment.put(
                    "AWS_ACCESS_KEY_ID", Objects.requireNonNull(aws.keys().accessKeyId()));
            environment.put(
                    "AWS_SECRET_ACCESS_KEY", Objects.requireNonNull(aws.keys().secretAccessKey()));
            environment.put("AWS_DEFAULT_REGION", aws.region());
        }
        return environment;
    }

    /** Writes {@code config.json} of a home. */
    public static void configure(Path home, JsonObject config) {
        try {
            Files.createDirectories(home.resolve("config"));
            Files.writeString(home.resolve("config/config.json"), config.encodePrettily());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts {@code java -jar} with these arguments in the home, by the options of {@link ClassArchive}. */
    public static HubProcess start(Path home, Map<String, String> environment, String... arguments) {
        return start(home, environment, List.of(), arguments);
    }

    /** The same with further flags for the JVM. */
    public static HubProcess start(
            Path home, Map<String, String> environment, List<String> jvmFlags, String... arguments) {
        List<String> options = Stream.concat(ClassArchive.options().stream(), jvmFlags.stream())
                .toList();
        return start(jar(), options, home, environment, arguments);
    }

    /**
     * Starts it as another user, of the group of the same number, which only root can; both home and jar must be in that
     * user's reach.
     */
    public static HubProcess startAs(
            int user, Path jar, Path home, Map<String, String> environment, String... arguments) {
        List<String> other = List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups");
        return start(other, jar, ClassArchive.options(), home, environment, arguments);
    }

    /** Starts it by another command, to which the whole of its own is given as arguments, and which must become it by exec. */
    public static HubProcess startBy(
            List<String> command, Path home, Map<String, String> environment, String... arguments) {
        return start(command, jar(), ClassArchive.options(), home, environment, arguments);
    }

    /** Starts this jar in a JVM with these options. */
    public static HubProcess start(
            Path jar, List<String> options, Path home, Map<String, String> environment, String... arguments) {
        return start(List.of(), jar, options, home, environment, arguments);
    }

    private static HubProcess start(
            List<String> before,
            Path jar,
            List<String> options,
            Path home,
            Map<String, String> environment,
            String... arguments) {
        List<String> command = new ArrayList<>(before);
        if (Files.isExecutable(Path.of("/usr/bin/env"))
                && System.getProperty("os.name").equals("Linux")) {
            // Who is started in the background by a shell inherits that SIGINT is ignored.
            command.addAll(List.of("/usr/bin/env", "--default-signal=INT"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(arguments));
        try {
            Path out = Files.createTempFile(home, "out-", ".txt");
            Path err = Files.createTempFile(home, "err-", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            isolate(builder.environment());
            builder.environment().putAll(environment);
            return new HubProcess(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what could lead a process that inherits this environment elsewhere. */
    public static void isolate(Map<String, String> environment) {
        environment.keySet().removeIf(name -> STRANGERS.stream().anyMatch(name::startsWith));
    }

    /** The jar that the system property names. */
    public static Path jar() {
        String named = System.getProperty("hubstorage.jar");
        if (named == null || !Files.isRegularFile(Path.of(named))) {
            throw new IllegalStateException("the system property hubstorage.jar must name the built jar: " + named);
        }
        return Path.of(named).toAbsolutePath();
    }

    /** Waits until the service says that it is up; returns its address. */
    public URI awaitUp() {
        URI known = up;
        if (known == null) {
            known = Awaitility.await()
                    .atMost(PATIENCE)
                    .failFast(() -> {
                        if (!process.isAlive()) {
                            throw new IllegalStateException("it ended:\n" + out() + err());
                        }
                    })
                    .until(this::address, Objects::nonNull);
            up = known;
        }
        return known;
    }

    private @Nullable URI address() {
        Matcher matcher = ADDRESS.matcher(out());
        return matcher.find() ? URI.create(matcher.group(1)) : null;
    }

    /** The answer to a GET. */
    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(awaitUp().resolve(path)));
    }

    /** The answer to a GET that brings the password of the dashboard. */
    public HttpResponse<String> get(String path, String password) {
        String basic = Base64.getEncoder().encodeToString(("x:" + password).getBytes(StandardCharsets.UTF_8));
        return send(HttpRequest.newBuilder(awaitUp().resolve(path)).header("Authorization", "Basic " + basic));
    }

    /** The answer to a POST of JSON. */
    public HttpResponse<String> post(String path, JsonObject body) {
        return send(HttpRequest.newBuilder(awaitUp().resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.encode())));
    }

    /** The answer to a PUT of JSON. */
    public HttpResponse<String> put(String path, JsonObject body) {
        return send(HttpRequest.newBuilder(awaitUp().resolve(path))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body.encode())));
    }

    public HttpResponse<String> delete(String path) {
        return send(HttpRequest.newBuilder(awaitUp().resolve(path)).DELETE());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(Duration.ofMinutes(1)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JSON object that a GET is answered with. */
    public JsonObject json(String path) {
        return new JsonObject(get(path).body());
    }

    /** Its id. */
    public long pid() {
        return process.pid();
    }

    /** What it has printed to stdout so far. */
    public String out() {
        return read(out);
    }

    /** What it has printed to stderr so far. */
    public String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal, as {@code TERM}. */
    public void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -s %s ended with %d".formatted(name, code));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it by SIGKILL in the middle of whatever it is doing; returns when it is gone. */
    public void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the end; returns the exit code. */
    public int exitCode() {
        return exitCode(PATIENCE);
    }

    /** Waits for the end, no longer than that; returns the exit code. */
    public int exitCode(Duration atMost) {
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("it did not end within " + atMost + ":\n" + out() + err());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    /** Ends it the hard way, if it has not ended. */
    @Override
    public void close() {
        http.close();
        kill();
    }
}
