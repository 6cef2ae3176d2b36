package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.verify.scrub.Damage;
import io.hubstorage.verify.scrub.DamageList;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the list of damage and the ledger say about how things stand. */
@ExtendWith(VertxExtension.class)
final class DamageConditionTest {
    private static final Instant NOW = Instant.parse("2026-11-27T08:00:00Z");

    @TempDir
    Path folder;

    private Layout layout;
    private ConditionKit kit;

    @BeforeEach
    void open(Vertx vertx) throws Exception {
        kit = new ConditionKit(
                vertx, folder, NOW, "{\"s3_buckets\": [\"photos\"], \"automation\": {\"time_zone\": \"UTC\"}}");
        layout = kit.layout;
    }

    private List<Condition> damage() {
        return kit.conditions(Condition.Kind.DAMAGE);
    }

    private static Damage damage(String snapshot, String key) {
        return new Damage(snapshot, "photos", key, key, Damage.Kind.BYTES, NOW);
    }

    @Test
    void damageIsAConditionAsLongAsItIsOnTheList() throws Exception {
        assertThat(damage()).isEmpty();
        DamageList list = new DamageList(layout);
        list.found(List.of(damage("hublink_2", "a")));
        assertThat(damage()).extracting(Condition::message).containsExactly("1 file is damaged, in hublink_2.");
        list.found(List.of(damage("hublink_1", "a"), damage("hublink_1", "b")));
        assertThat(damage()).extracting(Condition::message).containsExactly("2 files are damaged, in 2 snapshots.");
        list.repaired(List.of(damage("hublink_2", "a"), damage("hublink_1", "a"), damage("hublink_1", "b")), NOW);
        assertThat(damage()).isEmpty();
    }

    @Test
    void aListThatCannotBeReadIsAConditionToo() throws Exception {
        Files.createDirectories(layout.damage());
        assertThat(damage())
                .singleElement()
                .satisfies(condition -> assertThat(condition.message()).startsWith("What is damaged cannot be told: "));
    }

    @Test
    void whenEveryFileWasProvenIsPartOfWhatIsSaid() throws Exception {
        assertThat(kit.facts().proofs()).isEmpty();
        Files.createDirectories(layout.scrub());
        Files.writeString(layout.scrub().resolve("cycle.json"), """
            {"format": 1, "number": 3, "began": "2026-11-20T22:00:00Z", "ledger": 7, "totals": {
             "files": {"objects": 10, "bytes": 1000}, "proven": {"objects": 0, "bytes": 0},
             "not_provable": {"objects": 0, "bytes": 0}, "unreadable": {"objects": 0, "bytes": 0},
             "since": "2026-10-13T00:00:00Z"}}\
            """);
        Files.writeString(layout.scrub().resolve("ledger-7.done.jsonl"), """
            {"unproven": 1}
            {"through": 4, "at": "2026-11-21T00:00:00Z", "read": {"objects": 4, "bytes": 370},\
             "proven": {"objects": 3, "bytes": 370}, "damaged": {"objects": 0, "bytes": 0},\
             "unreadable": {"objects": 0, "bytes": 0}, "since": "2026-10-14T00:00:00Z"}
            {"through": 8, "at\
            """);
        assertThat(kit.facts().proofs()).isEqualTo("Every file proven since 14 October; 37 % of this cycle.");
        Files.writeString(layout.scrub().resolve("cycle.json"), "[");
        assertThat(kit.facts().proofs()).isEmpty();
    }
}
