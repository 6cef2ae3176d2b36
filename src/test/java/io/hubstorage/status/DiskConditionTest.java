package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage.Condition;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a disk that fills up says about how things stand. */
@ExtendWith(VertxExtension.class)
final class DiskConditionTest {
    private static final Instant NOW = Instant.parse("2027-03-01T12:00:00Z");

    @TempDir
    Path folder;

    private static SpaceMessage.Current space(@Nullable String full, @Nullable Long growth) {
        return new SpaceMessage.Current(
                NOW,
                new SpaceMessage.Disk(1L << 40, 1L << 34, 20L << 30, null, null),
                growth,
                full == null ? null : LocalDate.parse(full),
                null,
                0,
                false,
                List.of(),
                List.of());
    }

    @Test
    void aDiskThatIsFullWithinTwoWeeksIsTold(Vertx vertx) throws Exception {
        ConditionKit kit = new ConditionKit(vertx, folder, NOW, "{\"automation\": {\"time_zone\": \"UTC\"}}");

        assertThat(found(kit, space("2027-03-14", 1L << 30))).singleElement().satisfies(condition -> {
            assertThat(condition.message())
                    .isEqualTo("The disk of the data folder is full about 14 March if it goes on like this.");
            assertThat(condition.remedy()).startsWith("Every day takes about 1.00 GiB more.");
            assertThat(condition.kind().stopsBackups()).isFalse();
        });
        assertThat(found(kit, space("2027-03-15", 1L << 30))).hasSize(1);
        assertThat(found(kit, space("2027-03-16", 1L << 30))).isEmpty();
        assertThat(found(kit, space(null, 1L << 30))).isEmpty();
        assertThat(found(kit, null)).isEmpty();
    }

    private static List<Condition> found(ConditionKit kit, SpaceMessage.@Nullable Current space) {
        return ConditionKit.of(kit.facts(space), Condition.Kind.DISK);
    }
}
