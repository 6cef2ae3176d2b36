package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.FreePorts;
import io.hubstorage.testkit.NodeProject;
import io.hubstorage.web.bridge.PublicAddresses;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds {@code docs/event-bus.md} to what the program says, and runs the clients that stand there. */
final class EventBusPageTest {
    private static final Path PAGE = Path.of("docs/event-bus.md");
    private static final Pattern BLOCK =
            Pattern.compile("<!-- (?<name>[^>]+?) -->\\n```\\w+\\n(?<text>.*?)\\n```\\n", Pattern.DOTALL);
    private static final Pattern ADDRESS = Pattern.compile("(?m)^### `(hubstorage\\.[a-z0-9_.]+)`$");
    private static final String TOKEN = "token-of-twenty-characters";

    @TempDir
    Path folder;

    private static Map<String, String> blocks() throws IOException {
        Map<String, String> blocks = new HashMap<>();
        Matcher found = BLOCK.matcher(Files.readString(PAGE));
        while (found.find()) {
            blocks.put(found.group("name"), found.group("text"));
        }
        return blocks;
    }

    @Test
    void everyPublicAddressIsDescribedAndNoOther() throws IOException {
        List<String> described = ADDRESS.matcher(Files.readString(PAGE))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(described).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(PublicAddresses.all());
    }

    @Test
    void everyExampleIsWhatTheProgramWouldWriteMemberForMember() throws Exception {
        SoftAssertions all = new SoftAssertions();
        int examples = 0;
        for (Map.Entry<String, String> block : blocks().entrySet()) {
            String name = block.getKey();
            if (name.contains(".js") || name.contains(".java") || name.contains(".sh")) {
                continue;
            }
            boolean request = name.startsWith("request ");
            String type = "io.hubstorage.bus." + name.replace("request ", "").replace('.', '$');
            Class<? extends Record> record = Class.forName(type).asSubclass(Record.class);
            JsonObject written = new JsonObject(block.getValue());
            Record read = request ? BusJson.request(written, record) : BusJson.decode(written, record);
            all.assertThat(BusJson.encode(read)).as(name + " in " + PAGE).isEqualTo(written);
            examples++;
        }
        all.assertAll();
        assertThat(examples).isGreaterThan(18);
    }

    private WebServer server(int tcpPort) throws IOException {
        WebServer server = WebServer.start(
                folder,
                Map.of("HUBSTORAGE_WEB_TOKEN", TOKEN, "HUBSTORAGE_TCP_BRIDGE_PORT", String.valueOf(tcpPort)),
                EventHub.Limits.DEFAULT);
        server.vertx.eventBus().consumer(Addresses.BACKUP_STARTED, message -> server.rooms.finish(RunResult.SUCCESS));
        return server;
    }

    @Test
    void theClientInJavaScriptRuns() throws Exception {
        NodeProject node = NodeProject.install("bridge");
        Files.writeString(Path.of("target/js/bridge/run.js"), String.valueOf(blocks().get("run.js")));
        try (WebServer server = server(FreePorts.one())) {
            assertThat(node.node("run.js", "http://127.0.0.1:%d/eventbus".formatted(server.port()), "Bearer " + TOKEN))
                    .isEqualTo(new NodeProject.Outcome(0, List.of("success")));
        }
    }

    @Test
    void theClientInJavaRuns() throws Exception {
        Path source = folder.resolve("Run.java");
        Files.writeString(source, String.valueOf(blocks().get("Run.java")));
        int port = FreePorts.one();
        try (WebServer _ = server(port)) {
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            assertThat(run(java.toString(), source.toString(), "127.0.0.1", String.valueOf(port), TOKEN))
                    .containsExactly("success");
        }
    }

    @Test
    void theClientInShellRuns() throws Exception {
        assumeTrue(isThere("bash") && isThere("jq"), "bash and jq are not installed: the shell client cannot be tried");
        Path source = folder.resolve("run.sh");
        Files.writeString(source, String.valueOf(blocks().get("run.sh")));
        int port = FreePorts.one();
        try (WebServer _ = server(port)) {
            assertThat(run("bash", source.toString(), "127.0.0.1", String.valueOf(port), TOKEN))
                    .containsExactly("success");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "bearer", "BEARER", "bEaReR"})
    void theTcpBridgeTakesTheTokenInAnyCaseOfItsScheme(String scheme) throws Exception {
        assumeTrue(isThere("bash") && isThere("jq"), "bash and jq are not installed: the shell client cannot be tried");
        Path source = folder.resolve("run.sh");
        Files.writeString(source, String.valueOf(blocks().get("run.sh")).replace("Bearer", scheme));
        int port = FreePorts.one();
        try (WebServer _ = server(port)) {
            assertThat(run("bash", source.toString(), "127.0.0.1", String.valueOf(port), TOKEN))
                    .containsExactly("success");
            assertThat(run("bash", source.toString(), "127.0.0.1", String.valueOf(port), TOKEN + "x"))
                    .as("a wrong one")
                    .doesNotContain("success");
        }
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return lines;
    }
}
