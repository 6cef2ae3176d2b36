package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Credentials that end while a run is under way, where there are others by then, and where there are none. */
final class CredentialRotationTest extends EngineTest {
    private static final String FILE = "aws.sharedCredentialsFile";
    private static final String CONFIG = "aws.configFile";

    private final AtomicBoolean rotated = new AtomicBoolean();
    private SyntheticBucket bucket;
    private Path credentials;

    @BeforeEach
    void aProfile() {
        credentials = home.resolve("credentials");
        System.setProperty(FILE, credentials.toString());
        System.setProperty(CONFIG, home.resolve("none").toString());
        Settings.Aws profile = s3.settings().withKeys(Settings.Keys.NONE).withProfile("work");
        hub = new Hub(home, profile, InstantSource.system());
        hub.configure("photos");
        bucket = s3.bucket("photos", SyntheticBucket.uniform(1_500, 500, "##/##"));
        s3.requireAccessKey("first");
    }

    @AfterEach
    void forget() {
        System.clearProperty(FILE);
        System.clearProperty(CONFIG);
    }

    /** What the profile says from now on. */
    private void profile(String lines) {
        write(credentials, "[work]\n" + lines + "\n");
    }

    private static void write(Path file, String text) {
        try {
            Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
            Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String keys(String accessKey) {
        return "aws_access_key_id = %s\naws_secret_access_key = hidden".formatted(accessKey);
    }

    /** In the middle of the downloads the server takes another key only. */
    private void whenSomeAreThere(Runnable change) {
        s3.onRequest(
                request -> request.kind() == RequestKind.GET
                        && s3.counts().gets() > 300
                        && rotated.compareAndSet(false, true),
                _ -> {
                    change.run();
                    s3.requireAccessKey("second");
                });
    }

    /** A program that tells the keys in a file, and writes down that it was asked. */
    private String process(String expiration) throws IOException {
        Path script = Files.writeString(home.resolve("tell-keys"), """
            #!/bin/sh
            echo asked >> '%1$s/asked'
            echo '{"Version": 1, "AccessKeyId": "'$(cat '%1$s/key')'", "SecretAccessKey": "hidden"%2$s}'
            """.formatted(home, expiration));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        write(home.resolve("key"), "first");
        return "credential_process = " + script;
    }

    private long asked() throws IOException {
        return Files.readAllLines(home.resolve("asked")).size();
    }

    @Test
    void aProfileThatIsRewrittenInTheMiddleIsReadAgain() {
        profile(keys("first"));
        whenSomeAreThere(() -> profile(keys("second")));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.attempts()).isEqualTo(1);
        assertThat(rotated).isTrue();
        audit(run).holds("photos", bucket);
    }

    @Test
    void aProcessThatNeverSaidWhenItsKeysEndIsAskedAgainOnceTheyAreRefused() throws IOException {
        profile(process(""));
        whenSomeAreThere(() -> write(home.resolve("key"), "second"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        assertThat(asked()).as("once at the begin, once when they were refused").isEqualTo(2);
    }

    @Test
    void keysThatSayWhenTheyEndAreReplacedBeforeThat() throws IOException {
        bucket = s3.bucket("photos", SyntheticBucket.uniform(20, 500, "##/##"));
        profile(process(", \"Expiration\": \"" + Instant.now().plusSeconds(2) + "\""));
        hub.backUp();
        long first = asked();
        bucket.change("00/00");

        audit(hub.backUp()).holds("photos", bucket);

        assertThat(asked()).as("what ends within the minute is not kept").isGreaterThan(first);
    }

    @Test
    void keysThatAreRefusedForGoodStopTheRunWithOneMessage() throws IOException {
        profile(process(""));
        whenSomeAreThere(() -> {});

        try (LogCapture log = LogCapture.of("io.hubstorage")) {
            RunRecord run = hub.backUp();

            assertThat(run.result()).isEqualTo(RunResult.FAILED);
            assertThat(run.message()).contains("does not accept the credentials", "check AWS_ACCESS_KEY_ID");
            assertThat(run.snapshot()).isNull();
            assertThat(log.lines("WARN")).as("one message").hasSize(1);
            assertThat(asked())
                    .as("looked up anew once, and not for every request")
                    .isEqualTo(2);
        }
    }
}
