package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

final class CredentialSourceTest {
    private static final String FILE = "aws.sharedCredentialsFile";
    private static final String CONFIG = "aws.configFile";

    @TempDir
    private Path folder;

    @BeforeEach
    void profiles() throws IOException {
        Path file = Files.writeString(folder.resolve("credentials"), """
            [work]
            aws_access_key_id = from-profile
            aws_secret_access_key = hidden
            """);
        System.setProperty(FILE, file.toString());
        System.setProperty(CONFIG, folder.resolve("none").toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty(FILE);
        System.clearProperty(CONFIG);
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void keysOfTheSettingsWinOverAProfile() {
        try (CredentialSource source = CredentialSource.of(aws("explicit", "secret", null, "work"))) {
            assertThat(source.resolveCredentials().accessKeyId()).isEqualTo("explicit");
            assertThat(source.description()).isEqualTo("AWS_ACCESS_KEY_ID");
        }
    }

    @Test
    void aSessionTokenGoesWithItsKeys() {
        try (CredentialSource source = CredentialSource.of(aws("explicit", "secret", "token", null))) {
            assertThat(source.resolveCredentials())
                    .isInstanceOfSatisfying(
                            AwsSessionCredentials.class,
                            credentials ->
                                    assertThat(credentials.sessionToken()).isEqualTo("token"));
        }
    }

    @Test
    void aNamedProfileIsUsedWhereThereAreNoKeys() {
        try (CredentialSource source = CredentialSource.of(aws(null, null, null, "work"))) {
            assertThat(source.resolveCredentials().accessKeyId()).isEqualTo("from-profile");
            assertThat(source.description()).isEqualTo("profile work");
        }
    }

    @Test
    void aProfileThatIsNotThereIsNamed() {
        try (CredentialSource source = CredentialSource.of(aws(null, null, null, "wrok"))) {
            assertThatThrownBy(source::resolveCredentials)
                    .isInstanceOf(CredentialSource.Missing.class)
                    .hasMessageContaining("profile \"wrok\"");
        }
    }

    @Test
    void theProfileDefaultNeedNotExist() {
        System.setProperty("aws.accessKeyId", "from-chain");
        System.setProperty("aws.secretAccessKey", "hidden");
        try (CredentialSource source = CredentialSource.of(aws(null, null, null, "default"))) {
            assertThat(source.resolveCredentials().accessKeyId()).isEqualTo("from-chain");
            assertThat(source.description()).isEqualTo("default chain: Java system properties");
        }
    }

    @Test
    void halfAKeyIsNotSkippedOver() {
        try (CredentialSource source = CredentialSource.of(aws(null, "secret", null, "work"))) {
            assertThatThrownBy(source::resolveCredentials)
                    .isInstanceOf(CredentialSource.Missing.class)
                    .hasMessageContaining("AWS_ACCESS_KEY_ID is not set")
                    .message()
                    .doesNotContain("secret ");
        }
    }

    private static Settings.Aws aws(
            @Nullable String access, @Nullable String secret, @Nullable String token, @Nullable String profile) {
        return new Settings.Aws(
                new Settings.Keys(access, secret, token), "us-east-1", profile, null, false, null, null);
    }
}
