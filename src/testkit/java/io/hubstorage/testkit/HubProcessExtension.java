package io.hubstorage.testkit;

import io.hubstorage.fs.Trees;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The real program as a process, before an S3 server of its own, for all tests of a class; registered as a static field. It serves
 * once {@link #serve} was called, by {@code @BeforeAll}.
 */
public final class HubProcessExtension implements BeforeAllCallback, AfterAllCallback {
    private @Nullable Path home;
    private @Nullable EmbeddedS3 s3;
    private @Nullable HubProcess hub;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        home = Files.createTempDirectory("hub-");
        s3 = EmbeddedS3.start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        // Also called where a browser is missing, so that nothing was begun.
        if (hub != null) {
            hub.close();
        }
        if (s3 != null) {
            s3.close();
        }
        if (home != null) {
            Trees.delete(home);
        }
    }

    /** Serves with this {@code config.json}; returns when it is up. */
    public HubProcess serve(JsonObject config) {
        return serve(config, Map.of());
    }

    /** Likewise, with more in its environment. */
    public HubProcess serve(JsonObject config, Map<String, String> more) {
        Map<String, String> environment = HubProcess.environment(home(), s3().settings());
        environment.putAll(more);
        HubProcess.configure(home(), config);
        hub = HubProcess.start(home(), environment, "serve");
        hub.awaitUp();
        return hub;
    }

    /** The folder that all of it is in. */
    public Path home() {
        return Objects.requireNonNull(home);
    }

    public EmbeddedS3 s3() {
        return Objects.requireNonNull(s3);
    }

    public HubProcess hub() {
        return Objects.requireNonNull(hub, "serve() was not called");
    }

    public URI address() {
        return hub().awaitUp();
    }

    /** Asks for one more backup, as soon as the one before it has ended. */
    public void backUp() {
        Awaitility.await("a backup begins")
                .until(() -> hub().post("/api/backup/run", new JsonObject()).statusCode(), status -> status == 202);
    }

    /** The name of the newest snapshot, as soon as there are so many. */
    public String awaitSnapshots(int total) {
        JsonObject answer = Awaitility.await()
                .until(() -> hub().json("/api/snapshots"), snapshots -> snapshots.getInteger("total") == total);
        return answer.getJsonArray("snapshots").getJsonObject(0).getString("name");
    }
}
