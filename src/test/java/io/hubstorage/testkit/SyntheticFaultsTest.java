package io.hubstorage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.Fault.PageTrick;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

final class SyntheticFaultsTest {
    private static final int SIZE = 300_000;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private SyntheticS3 server;
    private SyntheticBucket bucket;

    @BeforeEach
    void start() {
        server = SyntheticS3.start();
        bucket = server.bucket("things", SyntheticBucket.uniform(1000, SIZE, "key-###"));
    }

    @AfterEach
    void stop() {
        server.close();
        http.close();
    }

    @Test
    void anErrorHealsAfterTheScriptedAttempts() throws Exception {
        var rule = server.faults().whenGetting("key-001").attempts(2).then(Fault.slowDown());
        assertThat(List.of(
                        get("key-001").statusCode(),
                        get("key-001").statusCode(),
                        get("key-001").statusCode()))
                .containsExactly(503, 503, 200);
        assertThat(get("key-002").statusCode()).isEqualTo(200);
        assertThat(rule.hits()).isEqualTo(2);
        assertThat(server.requestsFor("key-001")).extracting(S3Request::attempt).containsExactly(1, 2, 3);
    }

    @Test
    void whoComesNextMeetsTheSameFaultsWhenAttemptsAreForgotten() throws Exception {
        server.faults().when(RequestKind.GET).attempts(1).then(Fault.slowDown());
        assertThat(get("key-001").statusCode()).isEqualTo(503);
        assertThat(get("key-001").statusCode()).isEqualTo(200);

        server.faults().forgetAttempts();

        assertThat(get("key-001").statusCode()).isEqualTo(503);
    }

    @Test
    void aRuleIsUsedUpAfterItsTimes() throws Exception {
        server.faults().when(RequestKind.GET).times(1).then(Fault.accessDenied());
        HttpResponse<byte[]> denied = get("key-001");
        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(new String(denied.body(), StandardCharsets.UTF_8)).contains("<Code>AccessDenied</Code>");
        assertThat(get("key-001").statusCode()).isEqualTo(200);
    }

    @Test
    void aRateHitsTheSameRequestsWheneverTheyCome() throws Exception {
        server.bucket("things", SyntheticBucket.uniform(1000, 10, "key-###"));
        List<Integer> hit = statuses(7);
        assertThat(hit).filteredOn(status -> status == 500).hasSizeBetween(100, 300);
        assertThat(statuses(7)).isEqualTo(hit);
        assertThat(statuses(8)).isNotEqualTo(hit);
    }

    @Test
    void resetsAndCutBodiesAreSeenAsBrokenConnections() {
        server.faults().whenGetting("key-001").then(Fault.reset());
        server.faults().whenGetting("key-002").then(Fault.resetAt(0.5));
        server.faults().whenGetting("key-003").then(Fault.cutAt(0.5));
        server.faults().whenGetting("key-004").then(Fault.cutAt(0));
        for (String key : List.of("key-001", "key-002", "key-003", "key-004")) {
            assertThatThrownBy(() -> get(key)).as(key).isInstanceOf(IOException.class);
        }
        assertThat(server.counts().bytes()).isEqualTo(SIZE);
    }

    @Test
    void aCorruptBodyDiffersInOneByte() throws Exception {
        server.faults().whenGetting("key-001").then(Fault.corruptAt(0.5));
        byte[] right = bucket.get("key-001").body();
        byte[] wrong = get("key-001").body();
        int place = Arrays.mismatch(right, wrong);
        assertThat(place).isEqualTo(SIZE / 2);
        wrong[place] = right[place];
        assertThat(wrong).isEqualTo(right);
    }

    @Test
    void stallsAndHangsOutlastTheClient() {
        server.faults().whenGetting("key-001").then(Fault.stallAt(0.5));
        server.faults().whenGetting("key-002").then(Fault.hang());
        HttpRequest stalled = request("key-001").timeout(Duration.ofMillis(300)).build();
        CompletableFuture<HttpResponse<byte[]>> body = http.sendAsync(stalled, BodyHandlers.ofByteArray());
        await().untilAsserted(() -> assertThat(server.counts().bytes()).isEqualTo(SIZE / 2));
        assertThat(body).isNotDone();
        body.cancel(true);
        HttpRequest hung = request("key-002").timeout(Duration.ofMillis(300)).build();
        assertThatThrownBy(() -> http.send(hung, BodyHandlers.discarding())).isInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void aGateHoldsAnAnswerUntilItOpens() throws Exception {
        HeldRequests held = new HeldRequests();
        server.faults().whenGetting("key-001").then(Fault.hold(held));
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request("key-001").build(), BodyHandlers.ofByteArray());
        await().until(() -> held.arrived() == 1);
        assertThat(answer).isNotDone();
        held.open();
        assertThat(answer.get().body()).isEqualTo(bucket.get("key-001").body());
    }

    @Test
    void aWatchSeesARequestBeforeItIsAnswered() throws Exception {
        server.onRequest(request -> request.kind() == RequestKind.GET, request -> bucket.delete(request.key()));
        assertThat(get("key-001").statusCode()).isEqualTo(404);
    }

    @Test
    void limitsHoldBodiesBack() throws Exception {
        server.bandwidth(1_000_000, 0);
        long began = System.nanoTime();
        assertThat(get("key-001").body()).hasSize(SIZE);
        assertThat(System.nanoTime() - began).isGreaterThan(150_000_000L);
        server.bandwidth(0, 0);
        server.latency(Duration.ofMillis(120));
        began = System.nanoTime();
        assertThat(get("key-001").body()).hasSize(SIZE);
        assertThat(System.nanoTime() - began).isGreaterThan(100_000_000L);
    }

    @Test
    void listingsGoWrongAsScripted() {
        try (S3AsyncClient client = TestClients.s3(server.settings())) {
            ListObjectsV2Response right = list(client);
            assertThat(right.contents()).hasSize(100);
            trick(PageTrick.NO_TOKEN);
            assertThat(list(client).isTruncated()).isTrue();
            assertThat(list(client).nextContinuationToken()).isNull();
            trick(PageTrick.REPEATED_TOKEN);
            String token = list(client).nextContinuationToken();
            assertThat(client.listObjectsV2(request ->
                                    request.bucket("things").maxKeys(100).continuationToken(token))
                            .join()
                            .contents())
                    .isEqualTo(right.contents());
            trick(PageTrick.ENDS_EARLY);
            assertThat(list(client).contents()).hasSize(50);
            assertThat(list(client).isTruncated()).isFalse();
            trick(PageTrick.OUT_OF_ORDER);
            assertThat(list(client).contents().getFirst())
                    .isEqualTo(right.contents().getLast());
            trick(PageTrick.DUPLICATE_KEY);
            assertThat(list(client).contents())
                    .hasSize(101)
                    .startsWith(right.contents().getFirst(), right.contents().getFirst());
            trick(PageTrick.EMPTY_BUT_MORE);
            assertThat(list(client).contents()).isEmpty();
            assertThat(list(client).isTruncated()).isTrue();
            trick(PageTrick.FOREIGN_KEY);
            assertThat(list(client).contents()).hasSize(101);
            trick(PageTrick.MALFORMED_XML);
            assertThatThrownBy(() -> list(client)).hasCauseInstanceOf(SdkException.class);
        }
    }

    private void trick(PageTrick trick) {
        server.faults().clear();
        server.faults().when(RequestKind.LIST).then(Fault.page(trick));
    }

    private static ListObjectsV2Response list(S3AsyncClient client) {
        return client.listObjectsV2(
                        request -> request.bucket("things").maxKeys(100).encodingType("url"))
                .join();
    }

    private List<Integer> statuses(long seed) throws Exception {
        server.faults().clear();
        server.faults().when(RequestKind.GET).rate(0.2, seed).then(Fault.internalError());
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            statuses.add(get("key-%03d".formatted(i)).statusCode());
        }
        return statuses;
    }

    private HttpResponse<byte[]> get(String key) throws IOException, InterruptedException {
        return http.send(request(key).build(), BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder request(String key) {
        return HttpRequest.newBuilder(URI.create(server.endpoint() + "/things/" + key));
    }
}
