package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.Tally;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.verify.scrub.Damage.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DamageListTest {
    private static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");

    @TempDir
    Path data;

    private Layout layout;
    private DamageList list;

    @BeforeEach
    void open() {
        layout = new Layout(data);
        list = new DamageList(layout);
    }

    private static Damage damage(String snapshot, String key, Kind kind, Instant at) {
        return new Damage("hublink_" + snapshot, "photos", key, key, kind, at);
    }

    @Test
    void whatIsFoundStaysUntilItIsRepairedOrGone() throws IOException {
        Damage first = damage("1", "a", Kind.BYTES, T0);
        Damage second = damage("2", "a", Kind.BYTES, T0);
        Damage other = damage("2", "b", Kind.MISSING, T0.plusSeconds(9));
        list.found(List.of(first, second));
        list.found(List.of(other));
        assertThat(list.page(0, 10)).containsExactly(second, first, other);
        assertThat(list.summary()).isEqualTo(new DamageList.Summary(2, 3, 0, 2, List.of("hublink_2", "hublink_1"), T0));

        list.repaired(List.of(first), T0.plusSeconds(20));
        list.gone(List.of(other), T0.plusSeconds(20));
        assertThat(list.page(0, 10)).containsExactly(second);
        list.found(List.of(first));
        assertThat(list.page(0, 10)).containsExactly(second, first);
        list.repaired(List.of(first, second), T0.plusSeconds(30));
        assertThat(list.summary()).isEqualTo(DamageList.Summary.NONE);
    }

    @Test
    void whileAManifestIsDamagedNoDayIsSaidSinceWhenAllIsProven() throws IOException {
        Instant since = Instant.parse("2026-10-14T00:00:00Z");
        VerifyRecord.Cycle cycle = new VerifyRecord.Cycle(1, T0, T0, Tally.of(5), Tally.of(5), 100, since);
        assertThat(new Integrity(cycle, list.summary(), 0, List.of()).sentence(T0, ZoneOffset.UTC))
                .isEqualTo("Every file proven since 14 October.");
        assertThat(new Integrity(cycle, list.summary(), 3, List.of()).sentence(T0, ZoneOffset.UTC))
                .isEqualTo("Every file that has a SHA-256 proven since 14 October.");
        list.found(List.of(new Damage("hublink_1", "", "", "run.json", Kind.MANIFEST, T0)));
        assertThat(new Integrity(cycle, list.summary(), 0, List.of()).sentence(T0, ZoneOffset.UTC))
                .isEqualTo("What 1 manifest names cannot be proven. 1 file is damaged, in hublink_1.");
    }

    @Test
    void whatIsFoundAgainIsThereOnceSinceTheFirstTimeAndAsItWasFoundLast() throws IOException {
        list.found(List.of(damage("1", "a", Kind.BYTES, T0)));
        list.found(List.of(damage("1", "a", Kind.MISSING, T0.plusSeconds(60))));
        assertThat(list.page(0, 10)).containsExactly(damage("1", "a", Kind.MISSING, T0));
    }

    @Test
    void pagesFollowOneAnother() throws IOException {
        for (int i = 0; i < 7; i++) {
            list.found(List.of(damage("1", "key-" + i, Kind.SIZE, T0)));
        }
        assertThat(list.page(0, 3)).extracting(Damage::key).containsExactly("key-0", "key-1", "key-2");
        assertThat(list.page(6, 3)).extracting(Damage::key).containsExactly("key-6");
        assertThat(list.page(7, 3)).isEmpty();
        assertThat(list.page(0, 0)).isEmpty();
    }

    @Test
    void tornAndDamagedLinesCostOnlyThemselves() throws IOException {
        Damage first = damage("1", "a", Kind.BYTES, T0);
        list.found(List.of(first));
        Files.writeString(layout.damage(), "{\"event\":\"found\",\"at\":\"2026-", StandardOpenOption.APPEND);
        Damage next = damage("1", "b\n\tü", Kind.SIZE, T0);
        list.found(List.of(next));
        Files.writeString(layout.damage(), "\n\0\n{}\n[1]\n", StandardOpenOption.APPEND);
        assertThat(list.page(0, 10)).containsExactly(first, next);
    }

    @Test
    void aListThatIsALinkIsNotFollowed() throws IOException {
        Path elsewhere = Files.writeString(data.resolve("theirs"), "");
        Files.createDirectories(layout.hub());
        Files.createSymbolicLink(layout.damage(), elsewhere);
        assertThatThrownBy(() -> list.found(List.of(damage("1", "a", Kind.SIZE, T0))))
                .isInstanceOf(IOException.class);
        assertThat(elsewhere).isEmptyFile();
    }
}
