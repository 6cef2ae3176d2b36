package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.TransferMessage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShardTest {
    private static TransferMessage.Source source(String tree, boolean previous) {
        return new TransferMessage.Source(tree, tree + ".zst", previous, TransferMessage.Trust.PRESENCE);
    }

    private static Shard shard(String prefix, List<TransferMessage.Source> sources) {
        return shard(prefix, sources, true);
    }

    private static Shard shard(String prefix, List<TransferMessage.Source> sources, boolean sorted) {
        return new Shard(new TransferMessage.Shard(
                "run",
                new TransferMessage.ShardId("photos", 2, 13),
                TransferMessage.Mode.COPY,
                new TransferMessage.Keys(prefix, "2026/f", "2026/p", sorted),
                new TransferMessage.Workspace("/w/tree", "/w/journal", sources),
                new TransferMessage.Options(true, List.of("*.tmp"), List.of("keep*"), true, false, false, false),
                TransferMessage.Progress.NONE));
    }

    @Test
    void wantedIsWhatIsBelowThePrefixAndPassesTheFilter() {
        Shard shard = shard("2026/", List.of());

        assertThat(shard.wants("2026/a.jpg")).isTrue();
        assertThat(shard.wants("2026/a.tmp")).isFalse();
        assertThat(shard.wants("2026/keep.tmp")).isTrue();
        assertThat(shard.wants("2025/a.jpg")).isFalse();
    }

    @Test
    void itSaysWhatTheMessageSays() {
        Shard shard = shard("", List.of());

        assertThat(shard.runId()).isEqualTo("run");
        assertThat(shard.bucket()).isEqualTo("photos");
        assertThat(shard.id()).isEqualTo(new TransferMessage.ShardId("photos", 2, 13));
        assertThat(shard.sorted()).isTrue();
        assertThat(shard("", List.of(), false).sorted()).isFalse();
    }

    @Test
    void theLastSnapshotIsFoundWhereverItStandsAmongTheSources() {
        Shard shard = shard("", List.of(source("/staged", false), source("/last", true)));

        assertThat(shard.previous()).isEqualTo(shard.sources().get(1));
        assertThat(shard.sources())
                .containsExactly(
                        new Shard.Source(
                                0, Path.of("/staged"), Path.of("/staged.zst"), false, TransferMessage.Trust.PRESENCE),
                        new Shard.Source(
                                1, Path.of("/last"), Path.of("/last.zst"), true, TransferMessage.Trust.PRESENCE));
        assertThat(shard("", List.of(source("/staged", false))).previous()).isNull();
    }

    @Test
    void itsWorkingFilesAreNamedByItsNumber() {
        Shard shard = shard("2026/", List.of());

        assertThat(List.of(shard.log(), shard.part(), shard.failures(), shard.retries(), shard.scratch()))
                .containsExactly(
                        Path.of("/w/journal/shard-0013.journal"),
                        Path.of("/w/journal/shard-0013.part.zst"),
                        Path.of("/w/journal/shard-0013.failures.jsonl"),
                        Path.of("/w/journal/shard-0013.retries.jsonl"),
                        Path.of("/w/journal/shard-0013.scratch"));
        assertThat(shard.tree()).isEqualTo(Path.of("/w/tree"));
        assertThat(shard.range().after()).isEqualTo("2026/f");
        assertThat(shard.range().through()).isEqualTo("2026/p");
    }
}
