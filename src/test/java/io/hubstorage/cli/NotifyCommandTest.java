package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code notify} beside a receiver, without a service. */
final class NotifyCommandTest {
    @TempDir
    Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private HttpServer receiver;

    @BeforeEach
    void start() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            received.add(exchange.getRequestURI().getPath() + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/gone") ? 410 : 204, -1);
            exchange.close();
        });
        receiver.start();
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve(".env"), "HUBSTORAGE_NOTIFY_PRIVATE=127.0.0.1\n");
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    private void configure(String... paths) throws IOException {
        JsonArray channels = new JsonArray();
        for (String path : paths) {
            channels.add(new JsonObject()
                    .put("name", path)
                    .put("type", "webhook")
                    .put(
                            "url",
                            "http://127.0.0.1:%d/%s"
                                    .formatted(receiver.getAddress().getPort(), path))
                    .put("body", "${event} ${state}"));
        }
        Files.writeString(
                home.resolve("config/config.json"),
                JsonObject.of("notify", JsonObject.of("channels", channels)).encode());
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[arguments.length + 1];
        all[0] = "notify";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return HubCommand.execute(new Alone(home), new PrintWriter(out), new PrintWriter(err), all);
    }

    @Test
    void whereNoChannelIsThereThatIsSaid() throws IOException {
        configure();

        assertThat(run()).isZero();
        assertThat(out.toString()).contains("nobody is told");
        assertThat(run("test", "--all")).isZero();
        assertThat(run("test", "phone")).isEqualTo(2);
        assertThat(err.toString()).contains("no channel is called phone");
    }

    @Test
    void oneChannelOrAllAreTestedAndTheExitCodeSaysWhetherAllWasDelivered() throws IOException {
        configure("fine", "gone");

        assertThat(run("list")).isZero();
        assertThat(out.toString()).containsPattern("fine +webhook +ready");
        assertThat(run("test", "fine")).isZero();
        assertThat(received).containsExactly("/fine test test");
        assertThat(run("test", "--all")).isEqualTo(1);
        assertThat(out.toString()).contains("fine: delivered", "gone: refused (HTTP 410)");
        assertThat(run("test", "gone", "--json")).isEqualTo(1);
        assertThat(new JsonArray(out.toString()).getJsonObject(0).getString("result"))
                .isEqualTo("refused");
    }

    @Test
    void whatMakesNoSenseIsRefused() throws IOException {
        configure("fine");

        assertThat(run("test")).isEqualTo(2);
        assertThat(run("test", "fine", "--all")).isEqualTo(2);
        assertThat(run("list", "fine")).isEqualTo(2);
        assertThat(run("shout")).isEqualTo(2);
        assertThat(received).isEmpty();
    }

    private record Alone(Path home) implements Program {
        @Override
        public String version() {
            return "1.2.3";
        }

        @Override
        public Map<String, String> environment() {
            return Map.of(
                    "HUBSTORAGE_ENV_FILE", home.resolve(".env").toString(),
                    "HUBSTORAGE_CONFIG_PATH", home.resolve("config").toString(),
                    "DOCKER_MODE", "false");
        }

        @Override
        public InstantSource clock() {
            return InstantSource.fixed(Instant.parse("2026-11-27T07:00:00Z"));
        }

        @Override
        public Terminal terminal() {
            return Terminal.NONE;
        }

        @Override
        public @Nullable String secret(String question) {
            return null;
        }

        @Override
        public Running start(Launch launch) {
            throw new AssertionError("nothing has to be started for this");
        }

        @Override
        public CompletableFuture<Void> stopRequest() {
            return new CompletableFuture<>();
        }
    }
}
