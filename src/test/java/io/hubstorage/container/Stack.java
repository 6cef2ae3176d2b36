package io.hubstorage.container;

import io.hubstorage.scripts.ScriptFolder;
import io.hubstorage.testkit.Shell;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * One Compose project from a copy of this checkout's files, under names and a port of its own, and optionally the demo's S3
 * server beside it. Closing removes all of it, volumes too.
 */
final class Stack implements AutoCloseable {
    /** The images that the tests use, so that nobody's {@code latest} is touched. */
    static final String IMAGE = "hubstorage:test";

    static final String DEMO_IMAGE = "hubstorage-demo-s3:test";

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration BUILD = Duration.ofMinutes(20);
    private static boolean built;

    private final ScriptFolder scripts;
    private final String name;
    private final int port;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private Stack(ScriptFolder scripts, String name, int port) {
        this.scripts = scripts;
        this.name = name;
        this.port = port;
    }

    /** Builds the images of this checkout, once, by the script that users have for it. */
    static synchronized void build() {
        if (!built) {
            for (String[] options : new String[][] {{"--tag", IMAGE}, {"--demo", "--tag", DEMO_IMAGE}}) {
                String[] command = new String[options.length + 2];
                command[0] = "bash";
                command[1] = "scripts/docker-build.sh";
                System.arraycopy(options, 0, command, 2, options.length);
                Shell.run(Path.of("."), Map.of(), BUILD, List.of(command)).succeeded();
            }
            built = true;
        }
    }

    /** A project that has not been set up yet. */
    static Stack in(Path folder) throws IOException {
        String name = "hubstorage-test-%d-%d".formatted(ProcessHandle.current().pid(), System.nanoTime() % 1_000_000);
        int port = freePort();
        ScriptFolder scripts = ScriptFolder.in(folder)
                .set("COMPOSE_PROJECT_NAME", name)
                .set("HUBSTORAGE_CONTAINER_NAME", name)
                .set("HUBSTORAGE_IMAGE", IMAGE)
                .set("HUBSTORAGE_DEMO_IMAGE", DEMO_IMAGE)
                .set("DEMO_PORT", Integer.toString(port));
        return new Stack(scripts, name, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    ScriptFolder scripts() {
        return scripts;
    }

    int port() {
        return port;
    }

    /** Of the service's container. */
    String name() {
        return name;
    }

    /** A further container over the same data, in the cluster of the service; returns its name. */
    String startWorker(String cluster, String secret) {
        String worker = name + "-worker";
        docker(
                        "run",
                        "--detach",
                        "--name",
                        worker,
                        "--network",
                        name + "_default",
                        "--volumes-from",
                        name,
                        "--memory",
                        "256m",
                        "--env",
                        "HUBSTORAGE_ROLE=worker",
                        "--env",
                        "HUBSTORAGE_CLUSTER=" + cluster,
                        "--env",
                        "HUBSTORAGE_CLUSTER_SECRET=" + secret,
                        "--env",
                        "HUBSTORAGE_WORKER_NAME=" + worker,
                        "--env",
                        "AWS_ENDPOINT_URL=http://s3:9000",
                        "--env",
                        "AWS_ACCESS_KEY_ID=local-identity",
                        "--env",
                        "AWS_SECRET_ACCESS_KEY=local-credential",
                        IMAGE)
                .succeeded();
        return worker;
    }

    /** What the service says of a worker: nothing when it knows none of this name. */
    Map<String, Object> worker(String called) {
        return json("/api/workers").getJsonArray("workers").stream()
                .map(each -> ((JsonObject) each).getMap())
                .filter(each -> called.equals(each.get("name")))
                .findAny()
                .orElse(Map.of());
    }

    /** All that a container has said. */
    String logs(String container) {
        Shell.Result logs = docker("logs", container);
        return logs.out() + logs.err();
    }

    /** Sets up and starts, with the demo's S3 as the S3; its downloads get so many bytes a second, 0 for no limit. */
    Stack startedWithS3(long bytesPerSecond, String buckets) throws IOException {
        scripts.set("AWS_ACCESS_KEY_ID", "local-identity").set("AWS_SECRET_ACCESS_KEY", "local-credential");
        scripts.run("docker-setup.sh", "--non-interactive", "--port", Integer.toString(port), "--buckets", buckets)
                .succeeded();
        scripts.append("AWS_ENDPOINT_URL=http://s3:9000");
        scripts.append("HUBSTORAGE_AUTH=none");
        compose("create").succeeded();
        docker(
                        "run",
                        "--detach",
                        "--name",
                        name + "-s3",
                        "--network",
                        name + "_default",
                        "--network-alias",
                        "s3",
                        "--env",
                        "DEMO_CHANGE_SECONDS=0",
                        "--env",
                        "DEMO_BYTES_PER_SECOND=" + bytesPerSecond,
                        DEMO_IMAGE)
                .succeeded();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> docker("inspect", "--format", "{{.State.Health.Status}}", name + "-s3")
                        .out()
                        .strip()
                        .equals("healthy"));
        start();
        return this;
    }

    /** Starts, and waits until it is healthy. */
    void start() {
        scripts.run(PATIENCE, "docker-start.sh").succeeded();
    }

    Shell.Result compose(String... arguments) {
        String[] command = new String[arguments.length + 2];
        command[0] = "docker";
        command[1] = "compose";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        return scripts.command(PATIENCE, command);
    }

    Shell.Result docker(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "docker";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return scripts.command(PATIENCE, command);
    }

    /** What Docker says of the container, by a Go template. */
    String inspect(String template) {
        return docker("inspect", "--format", template, name).succeeded().out().strip();
    }

    /** A command inside the container. */
    Shell.Result exec(String... arguments) {
        String[] command = new String[arguments.length + 2];
        command[0] = "exec";
        command[1] = name;
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        return docker(command);
    }

    /** The numbers of the files that a run has under way. */
    Set<String> staged() {
        return inodes("/app/data/.hubstorage/staging");
    }

    /** The numbers of all files below a folder of the container, which need not run; files may come and go meanwhile. */
    Set<String> inodes(String path) {
        String find = "find %s -type f -printf '%%i\\n' 2>/dev/null || true".formatted(path);
        return docker("run", "--rm", "--volumes-from", name, "--entrypoint", "sh", IMAGE, "-c", find)
                .succeeded()
                .out()
                .lines()
                .collect(Collectors.toSet());
    }

    /** Ends the service's process the way a crash does; stopping it by Docker would count as wanted. */
    void crash() {
        String pid = inspect("{{.State.Pid}}");
        docker("run", "--rm", "--pid", "host", "--user", "0", "--entrypoint", "sh", IMAGE, "-c", "kill -9 " + pid)
                .succeeded();
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(address(path)));
    }

    JsonObject json(String path) {
        return new JsonObject(get(path).body());
    }

    HttpResponse<String> post(String path) {
        return send(HttpRequest.newBuilder(address(path)).POST(BodyPublishers.noBody()));
    }

    HttpResponse<String> put(String path, JsonObject body) {
        return send(HttpRequest.newBuilder(address(path))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body.encode())));
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for a run that saved everything; returns its record. */
    JsonObject awaitSuccess(Duration atMost) {
        return Awaitility.await()
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(
                        () -> {
                            JsonObject status = json("/api/backup/status");
                            JsonObject last = status.getJsonObject("last_success");
                            return status.getBoolean("running") || last == null ? new JsonObject() : last;
                        },
                        run -> !run.isEmpty());
    }

    /** Waits until the run under way has copied so many objects; returns how many it has. */
    long awaitDownloaded(long objects) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> downloaded(json("/api/backup/status").getJsonObject("current")), done -> done >= objects);
    }

    static long downloaded(JsonObject run) {
        return run.getJsonObject("totals").getJsonObject("downloaded").getLong("objects");
    }

    @Override
    public void close() {
        http.close();
        docker("rm", "--force", "--volumes", name + "-s3", name + "-worker");
        compose("down", "--volumes", "--timeout", "1");
        compose("-f", "docker-compose.demo.yml", "down", "--volumes", "--timeout", "1");
    }
}
