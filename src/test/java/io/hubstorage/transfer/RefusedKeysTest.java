package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.hubstorage.bus.Addresses;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.Hub;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RefusedKeysTest {
    @Test
    void keysThatS3RefusesAreToldApartFromARefusalOfOurs(@TempDir Path home) {
        try (EmbeddedS3 s3 = EmbeddedS3.start();
                Hub hub = new Hub(home, wrong(s3.settings()), InstantSource.system())
                        .configure("photos")
                        .start()) {
            Throwable refused = catchThrowable(() -> hub.vertx()
                    .eventBus()
                    .request(Addresses.S3_DISCOVER, new JsonObject())
                    .await(60, TimeUnit.SECONDS));

            assertThat(refused).isInstanceOfSatisfying(ReplyException.class, e -> {
                assertThat(e.failureCode()).isEqualTo(424);
                assertThat(e.getMessage()).doesNotContain("Exception");
            });
        }
    }

    private static Settings.Aws wrong(Settings.Aws aws) {
        Settings.Keys keys = aws.keys();
        return aws.withKeys(new Settings.Keys(keys.accessKeyId(), "another-secret-key", keys.sessionToken()));
    }
}
