package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.restore.PlanLine.Action;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlanFileTest {
    @TempDir
    Path folder;

    private static PlanLine line(long number) {
        return new PlanLine(
                number,
                "photos",
                "key \n \u0000 " + number,
                "to",
                number,
                Action.WRITE,
                "older",
                null,
                new PlanLine.Seen(7, "etag", Instant.parse("2026-11-27T06:15:00.123456789Z")));
    }

    private String write(Path file, int lines) throws IOException {
        try (PlanFile.Writer writer = new PlanFile.Writer(file, new byte[] {1, 2})) {
            for (int i = 0; i < lines; i++) {
                writer.add(line(0));
            }
            return writer.finish();
        }
    }

    @Test
    void aPageInTheMiddleIsReadFromWhereItBegins() throws IOException {
        Path file = folder.resolve("plan.jsonl.zst");
        try (PlanFile.Writer writer = new PlanFile.Writer(file, new byte[0])) {
            for (int i = 1; i <= 10_000; i++) {
                writer.add(line(i));
            }
            writer.finish();
        }
        assertThat(PlanFile.lines(file)).isEqualTo(10_000);
        for (long after : new long[] {0, 1, 4_095, 4_096, 4_097, 9_999}) {
            try (PlanFile.Reader reader = PlanFile.open(file, after)) {
                assertThat(reader.next()).isEqualTo(line(after + 1));
            }
        }
        try (PlanFile.Reader reader = PlanFile.open(file, 10_000)) {
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void allLinesComeInOrder() throws IOException {
        Path file = folder.resolve("plan.jsonl.zst");
        write(file, 9_000);
        List<PlanLine> lines = RestoreKit.lines(file);
        assertThat(lines.stream().map(PlanLine::line).toList())
                .isEqualTo(LongStream.rangeClosed(1, 9_000).boxed().toList());
    }

    @Test
    void anEmptyOneHasNoLines() throws IOException {
        Path file = folder.resolve("plan.jsonl.zst");
        write(file, 0);
        assertThat(RestoreKit.lines(file)).isEmpty();
    }

    @Test
    void theDigestIsOfWhatComesBeforeAndOfTheLines() throws IOException {
        Path one = folder.resolve("one");
        String digest = write(one, 5_000);
        assertThat(write(folder.resolve("same"), 5_000)).isEqualTo(digest);
        assertThat(write(folder.resolve("more"), 5_001)).isNotEqualTo(digest);
        assertThat(PlanFile.digest(one, new byte[] {1, 2})).isEqualTo(digest);
        assertThat(PlanFile.digest(one, new byte[] {1, 3})).isNotEqualTo(digest);
    }
}
