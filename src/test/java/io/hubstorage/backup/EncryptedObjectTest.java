package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Objects that S3 keeps encrypted with a key that is not its own: KMS, and a customer's (SSE-C). */
final class EncryptedObjectTest extends EngineTest {
    private static final String KEY = key('k');

    private static String key(char filling) {
        byte[] bytes = String.valueOf(filling).repeat(32).getBytes(StandardCharsets.US_ASCII);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private void knowing(String key) {
        Settings.Aws aws = s3.settings();
        hub = new Hub(
                        home,
                        new Settings.Aws(aws.keys(), aws.region(), null, aws.endpoint(), true, null, key),
                        InstantSource.system())
                .patience(Duration.ofSeconds(2), 3);
    }

    /** Of four objects, two are encrypted: a small one, and one that comes in ranges. */
    private SyntheticBucket halfEncrypted() {
        SyntheticBucket bucket = bucket("vault", "a-plain", "b-secret", "d-plain");
        bucket.add("c-secret", 17_000_000);
        bucket.put(bucket.get("b-secret").withCustomerKey(KEY));
        bucket.put(bucket.get("c-secret").withCustomerKey(KEY));
        return bucket;
    }

    @Test
    void theEtagOfAnObjectEncryptedWithKmsIsNotTakenForAnMd5() {
        SyntheticBucket bucket = bucket("vault", "small");
        bucket.add("large", 3_000_000);
        bucket.objects().toList().forEach(object -> bucket.put(object.withKms()));
        hub.configure("vault");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("vault", bucket);
        assertThat(audit(run).certificate().verified().keySet()).containsExactly("length");
    }

    @Test
    void withoutTheCustomersKeyItsObjectsFailByNameWithTheAdviceToGiveIt() {
        halfEncrypted();
        hub.patience(Duration.ofSeconds(2), 3).configure("vault");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        Audit audit = audit(run);
        assertThat(audit.entries("vault").keySet()).containsExactly("a-plain", "d-plain");
        assertThat(audit.certificate("vault").outcome().failures()).hasSize(2).allSatisfy(failure -> {
            assertThat(failure.kind()).isEqualTo("customer-key");
            assertThat(failure.cause()).contains("SSE-C", "HUBSTORAGE_SSE_C_KEY", "base64");
        });
        // It stays as it is, however often one asks.
        assertThat(gets()).containsEntry("b-secret", 1L);
    }

    @Test
    void withTheKeyAllAreReadAndTheKeyIsWrittenNowhere() throws IOException {
        SyntheticBucket bucket = halfEncrypted();
        knowing(KEY);
        hub.configure("vault");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("vault", bucket);
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(KEY);
            }
        }
    }

    @Test
    void theKeyIsNotSentBeforeAnObjectAsksForIt() {
        SyntheticBucket bucket = bucket("vault", "a", "b");
        knowing(KEY);
        hub.configure("vault");

        audit(hub.backUp()).holds("vault", bucket);

        assertThat(s3.log().requests())
                .noneMatch(request -> request.headers().containsKey("x-amz-server-side-encryption-customer-key"));
    }

    @Test
    void aKeyThatDoesNotFitIsNamedInTheFailure() {
        halfEncrypted();
        knowing(key('x'));
        hub.configure("vault");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(audit(run).certificate("vault").outcome().failures())
                .hasSize(2)
                .allSatisfy(failure -> assertThat(failure.cause())
                        .contains("with the key in HUBSTORAGE_SSE_C_KEY")
                        .doesNotContain(key('x')));
    }

    @Test
    void theChecksumOfAnEncryptedObjectProvesIt() {
        SyntheticBucket bucket = s3.bucket(
                "vault",
                SyntheticBucket.ofKeys(2_000_000, List.of("kms", "customer")).withChecksums(ChecksumKind.CRC64NVME));
        SyntheticObject secret = bucket.get("customer").withCustomerKey(KEY);
        bucket.put(secret);
        bucket.put(bucket.get("kms").withKms());
        knowing(KEY);
        hub.configure("vault");

        Audit audit = audit(hub.backUp()).holds("vault", bucket);

        assertThat(audit.certificate().verified().keySet()).containsExactly("crc64nvme");
    }
}
