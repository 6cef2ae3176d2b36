package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code notify} beside a receiver, without a service. */
final class NotifyCommandTest {
    @TempDir
    Path home;

    private Commands commands;

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
        commands = new Commands(home).with("HUBSTORAGE_NOTIFY_PRIVATE", "127.0.0.1");
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
        commands.configured(
                JsonObject.of("notify", JsonObject.of("channels", channels)).encode());
    }

    private int run(String... arguments) {
        return commands.run(
                Stream.concat(Stream.of("notify"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void whereNoChannelIsThereThatIsSaid() throws IOException {
        configure();

        assertThat(run()).isZero();
        assertThat(commands.out()).contains("nobody is told");
        assertThat(run("test", "--all")).isZero();
        assertThat(run("test", "phone")).isEqualTo(2);
        assertThat(commands.err()).contains("no channel is called phone");
    }

    @Test
    void oneChannelOrAllAreTestedAndTheExitCodeSaysWhetherAllWasDelivered() throws IOException {
        configure("fine", "gone");

        assertThat(run("list")).isZero();
        assertThat(commands.out()).containsPattern("fine +webhook +ready");
        assertThat(run("test", "fine")).isZero();
        assertThat(received).containsExactly("/fine test test");
        assertThat(run("test", "--all")).isEqualTo(1);
        assertThat(commands.out()).contains("fine: delivered", "gone: refused (HTTP 410)");
        assertThat(run("test", "gone", "--json")).isEqualTo(1);
        assertThat(new JsonArray(commands.out()).getJsonObject(0).getString("result"))
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
}
