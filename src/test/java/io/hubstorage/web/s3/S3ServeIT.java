package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.FreePorts;
import io.hubstorage.testkit.HubProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The endpoint in the service, as a process. */
final class S3ServeIT {
    @Test
    void theServiceDoesNotStartWithoutTheKeysOfItsEndpoint(@TempDir Path home) {
        Map<String, String> environment = HubProcess.environment(home, null);
        environment.put(S3Verticle.PORT, "9000");
        try (HubProcess hub = HubProcess.start(home, environment, "serve")) {
            assertThat(hub.exitCode()).isNotZero();
            assertThat(hub.out() + hub.err())
                    .contains(
                            S3Verticle.PORT,
                            S3Verticle.ACCESS_KEY,
                            S3Verticle.SECRET_KEY,
                            "a key pair of your own choice");
        }
    }

    @Test
    void theServiceHasItsEndpointUntilItStops(@TempDir Path home) throws IOException {
        int port = FreePorts.one();
        Map<String, String> environment = HubProcess.environment(home, null);
        environment.put(S3Verticle.PORT, Integer.toString(port));
        environment.put(S3Verticle.ACCESS_KEY, S3Endpoint.ACCESS_KEY);
        environment.put(S3Verticle.SECRET_KEY, S3Endpoint.SECRET_KEY);
        try (HubProcess hub = HubProcess.start(home, environment, "serve")) {
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(answer(port)).contains("AccessDenied"));
            // In order, which closes the endpoint too.
            hub.signal("TERM");
            assertThat(hub.exitCode()).isZero();
        }
    }

    private static String answer(int port) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/".formatted(port)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
