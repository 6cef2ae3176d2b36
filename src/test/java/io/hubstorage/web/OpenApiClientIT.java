package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.NodeProject;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others make of {@code openapi.yaml}: a linter, and a client that is generated from it. Needs node and npm. */
final class OpenApiClientIT {
    private static final String CONTRACT =
            Path.of("src/main/resources/openapi.yaml").toAbsolutePath().toString();
    private static final String TOKEN = "token-of-twenty-characters";

    private static NodeProject node;

    @BeforeAll
    static void install() throws Exception {
        node = NodeProject.install("openapi");
    }

    @Test
    void theContractPassesALinter() throws Exception {
        assertThat(node.node("lint.mjs", CONTRACT)).isEqualTo(new NodeProject.Outcome(0, List.of()));
    }

    @Test
    void aGeneratedClientCompilesAndBacksUp(@TempDir Path home) throws Exception {
        assertThat(node.node("node_modules/openapi-typescript/bin/cli.js", CONTRACT, "-o", "schema.d.ts")
                        .exitCode())
                .isZero();
        assertThat(node.node("node_modules/typescript/bin/tsc")).isEqualTo(new NodeProject.Outcome(0, List.of()));

        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray().add("photos"))
                        .put("automation", new JsonObject().put("enabled", false)));
        try (EmbeddedS3 s3 = EmbeddedS3.start()) {
            s3.createBucket("photos");
            s3.put("photos", "first.raw", new byte[10]);
            Map<String, String> environment = HubProcess.environment(home, s3.settings());
            environment.put("HUBSTORAGE_WEB_TOKEN", TOKEN);
            try (HubProcess hub = HubProcess.start(home, environment, "serve")) {
                URI address = hub.awaitUp();
                NodeProject.Outcome called =
                        node.node("call.js", address.toString().replaceFirst("/$", ""), TOKEN);

                assertThat(called.exitCode()).as(called.lines().toString()).isZero();
                JsonObject record = new JsonObject(called.lines().getLast());
                assertThat(record.getString("result")).isEqualTo("success");
                assertThat(record.getString("trigger")).isEqualTo("manual");
                assertThat(record.getJsonObject("totals")
                                .getJsonObject("listed")
                                .getInteger("objects"))
                        .isEqualTo(1);
            }
        }
    }
}
