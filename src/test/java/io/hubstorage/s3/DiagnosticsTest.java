package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.S3Message.Outcome;
import io.hubstorage.bus.S3Message.Step;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TestClients;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DiagnosticsTest {
    private EmbeddedS3 server;

    @BeforeAll
    void start() {
        server = EmbeddedS3.start();
        server.createBucket("full");
        server.put("full", "a", new byte[] {1, 2, 3});
        server.createBucket("empty");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void everyBucketIsDiscoveredByName() throws Exception {
        try (S3Access s3 = new S3Access(server.settings(), 2, "test", S3Access.STALL)) {
            assertThat(s3.buckets().buckets())
                    .extracting(S3Message.Bucket::name)
                    .containsExactly("empty", "full");
        }
    }

    @Test
    void whatWorksIsOkStepByStep() throws Exception {
        S3Message.Diagnosis diagnosis = diagnose(server.settings(), "full", "empty");
        assertThat(diagnosis.steps())
                .extracting(Step::name)
                .containsExactly(
                        "credentials", "endpoint", "identity", "list buckets", "bucket full", "bucket empty", "read");
        assertThat(diagnosis.steps())
                .extracting(Step::outcome)
                .containsExactly(
                        Outcome.OK, Outcome.OK, Outcome.SKIPPED, Outcome.OK, Outcome.OK, Outcome.OK, Outcome.OK);
        assertThat(diagnosis.ok()).isTrue();
        assertThat(diagnosis.endpoint()).isEqualTo(server.endpoint().toString());
        assertThat(diagnosis.credentials().configured()).isTrue();
        assertThat(diagnosis.credentials().source()).isEqualTo("AWS_ACCESS_KEY_ID");
        assertThat(diagnosis.toString()).doesNotContain(server.secretKey());
    }

    @Test
    void withoutAConfiguredBucketThoseThatAreFoundAreTried() throws Exception {
        S3Message.Diagnosis diagnosis = diagnose(server.settings());

        assertThat(diagnosis.ok()).isTrue();
        assertThat(step(diagnosis, "bucket full").outcome()).isEqualTo(Outcome.OK);
        assertThat(step(diagnosis, "read").detail()).contains("\"a\" in bucket \"full\"");
    }

    @Test
    void whereThereIsNoBucketAtAllTheReadSaysThatAndNotThatBucketsAreEmpty() throws Exception {
        try (SyntheticS3 none = SyntheticS3.start()) {
            Step read = step(diagnose(none.settings()), "read");

            assertThat(read.outcome()).isEqualTo(Outcome.SKIPPED);
            assertThat(read.detail()).contains("no bucket is configured");
        }
    }

    @Test
    void aMissingBucketFailsWithARemedyAndTheOthersGoOn() throws Exception {
        S3Message.Diagnosis diagnosis = diagnose(server.settings(), "missing", "full");
        assertThat(diagnosis.ok()).isFalse();
        assertThat(step(diagnosis, "bucket missing").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(step(diagnosis, "bucket missing").detail()).contains("does not exist");
        assertThat(step(diagnosis, "bucket missing").remedy()).contains("check the bucket's name");
        assertThat(step(diagnosis, "bucket full").outcome()).isEqualTo(Outcome.OK);
        assertThat(step(diagnosis, "read").detail()).contains("\"a\" in bucket \"full\"");
    }

    @Test
    void wrongKeysFailWithARemedy() throws Exception {
        S3Message.Diagnosis diagnosis =
                diagnose(BucketListingTest.withKeys(server.settings(), server.accessKey(), "wrong"), "full");
        assertThat(diagnosis.ok()).isFalse();
        assertThat(step(diagnosis, "endpoint").outcome()).isEqualTo(Outcome.OK);
        assertThat(step(diagnosis, "list buckets").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(step(diagnosis, "bucket full").remedy()).contains("AWS_SECRET_ACCESS_KEY");
        assertThat(step(diagnosis, "read").outcome()).isEqualTo(Outcome.SKIPPED);
    }

    @Test
    void halfAKeyIsToldApartFromAnUnreachableServer() throws Exception {
        S3Message.Diagnosis diagnosis =
                diagnose(BucketListingTest.withKeys(server.settings(), server.accessKey(), null), "full");
        assertThat(diagnosis.steps())
                .extracting(Step::name, Step::outcome)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("credentials", Outcome.FAILED),
                        org.assertj.core.groups.Tuple.tuple("endpoint", Outcome.OK));
        assertThat(step(diagnosis, "credentials").detail()).contains("AWS_SECRET_ACCESS_KEY is not set");
        assertThat(diagnosis.credentials())
                .isEqualTo(new S3Message.Credentials(false, true, false, "AWS_ACCESS_KEY_ID", null));
    }

    @Test
    void anEndpointThatIsNotThereEndsTheDiagnosis() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Settings.Aws nowhere = TestClients.settings(URI.create("http://127.0.0.1:" + port), "a", "b");
        S3Message.Diagnosis diagnosis = diagnose(nowhere, "full");
        Step endpoint = diagnosis.steps().getLast();
        assertThat(endpoint.name()).isEqualTo("endpoint");
        assertThat(endpoint.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(endpoint.detail()).contains("cannot be reached");
        assertThat(endpoint.remedy()).contains("AWS_ENDPOINT_URL");
    }

    @Test
    void notBeingAllowedToListBucketsIsNoFailure() throws Exception {
        try (SyntheticS3 strict = SyntheticS3.start()) {
            strict.bucket("full", SyntheticBucket.uniform(3, 10, "k#"));
            strict.faults().when(RequestKind.LIST_BUCKETS).then(new Fault.Status(403, "AccessDenied", "no"));
            S3Message.Diagnosis diagnosis = diagnose(strict.settings(), "full");
            assertThat(step(diagnosis, "list buckets").outcome()).isEqualTo(Outcome.SKIPPED);
            assertThat(step(diagnosis, "list buckets").remedy()).contains("named buckets");
            assertThat(diagnosis.ok()).isTrue();
        }
    }

    @Test
    void theCallerIsNamedWhereThereIsAnSts() throws Exception {
        HttpServer sts = sts(200, """
            <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
            <Arn>arn:aws:iam::123456789012:user/backup</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
            </GetCallerIdentityResult></GetCallerIdentityResponse>\
            """);
        try (S3Access s3 = new S3Access(server.settings(), 2, "test", S3Access.STALL)) {
            S3Message.Diagnosis diagnosis = new Diagnostics(s3, address(sts)).diagnose(List.of(), bucket -> false);
            assertThat(diagnosis.identity())
                    .isEqualTo(new S3Message.Identity("123456789012", "arn:aws:iam::123456789012:user/backup", "AIDA"));
            assertThat(step(diagnosis, "identity").outcome()).isEqualTo(Outcome.OK);
        } finally {
            sts.stop(0);
        }
    }

    @Test
    void anStsThatRefusesIsNoFailure() throws Exception {
        HttpServer sts = sts(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
        try (S3Access s3 = new S3Access(server.settings(), 2, "test", S3Access.STALL)) {
            S3Message.Diagnosis diagnosis =
                    new Diagnostics(s3, address(sts)).diagnose(List.of("full"), bucket -> false);
            assertThat(step(diagnosis, "identity").outcome()).isEqualTo(Outcome.SKIPPED);
            assertThat(diagnosis.identity()).isNull();
            assertThat(diagnosis.ok()).isTrue();
        } finally {
            sts.stop(0);
        }
    }

    private static URI address(HttpServer sts) {
        return URI.create("http://127.0.0.1:" + sts.getAddress().getPort());
    }

    private static HttpServer sts(int status, String answer) throws IOException {
        HttpServer sts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        sts.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Content-Type", "text/xml");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        sts.start();
        return sts;
    }

    private static S3Message.Diagnosis diagnose(Settings.Aws settings, String... buckets) throws Exception {
        try (S3Access s3 = new S3Access(settings, 2, "test", S3Access.STALL)) {
            return s3.diagnostics().diagnose(List.of(buckets), bucket -> false);
        }
    }

    private static Step step(S3Message.Diagnosis diagnosis, String name) {
        return diagnosis.steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no step " + name + " in " + diagnosis.steps()));
    }
}
