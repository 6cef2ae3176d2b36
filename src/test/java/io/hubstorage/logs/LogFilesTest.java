package io.hubstorage.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.bus.LogLine;
import io.hubstorage.testkit.Examples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogFilesTest {
    private static final Instant T0 = Instant.parse("2026-11-01T10:00:00.123Z");

    @TempDir
    Path folder;

    @Test
    void noLogIsAnEmptyPage() throws IOException {
        assertThat(read(files(), newest(10))).isEqualTo(new LogFiles.Page(List.of(), null));
        assertThat(files().list()).isEmpty();
    }

    @Test
    void newestLinesComeFirstAcrossRotatedFiles() throws IOException {
        write("status.log.2", line(1), line(2));
        write("status.log.1", line(3));
        write("status.log", line(4), line(5));
        LogFiles.Page page = read(files(), newest(4));
        assertThat(page.lines()).containsExactly(line(5), line(4), line(3), line(2));
        LogFiles.Page rest = read(files(), new LogQuery(null, false, null, null, 4, page.next()));
        assertThat(rest).isEqualTo(new LogFiles.Page(List.of(line(1)), null));
    }

    @Test
    void aCursorSurvivesARotationBetweenTwoPages() throws IOException {
        write("status.log", line(1), line(2), line(3), line(4));
        LogFiles.Page page = read(files(), newest(2));
        Files.move(folder.resolve("status.log"), folder.resolve("status.log.1"));
        write("status.log", line(5), line(6));
        assertThat(read(files(), new LogQuery(null, false, null, null, 9, page.next()))
                        .lines())
                .containsExactly(line(2), line(1));
        Files.delete(folder.resolve("status.log.1"));
        assertThat(read(files(), new LogQuery(null, false, null, null, 9, page.next())))
                .isEqualTo(new LogFiles.Page(List.of(), null));
    }

    @Test
    void aStackTraceBelongsToItsFirstLine() throws IOException {
        LogLine trace = new LogLine(
                T0, "ERROR", "a.B", "run-1", "failed\njava.lang.Exception: x\n\tat a.B.c(B.java:1)\n\nCaused by: y");
        write("status.log", line(1), trace, line(2));
        assertThat(read(files(), newest(9)).lines()).containsExactly(line(2), trace, line(1));
        assertThat(read(files(), query("b.java:1", false, null)).lines()).containsExactly(trace);
    }

    @Test
    void searchesByTextByExpressionAndByLevel() throws IOException {
        LogLine warn = new LogLine(T0, "WARN", "a.Disk", null, "almost FULL (90%)");
        LogLine error = new LogLine(T0, "ERROR", "a.Disk", null, "full [x]");
        write("status.log", line(1), warn, error, line(2));
        assertThat(read(files(), query("Full", false, null)).lines()).containsExactly(error, warn);
        assertThat(read(files(), query("[x]", false, null)).lines()).containsExactly(error);
        assertThat(read(files(), query("\\(\\d+%\\)$", true, null)).lines()).containsExactly(warn);
        assertThat(read(files(), query("a.disk", false, "ERROR")).lines()).containsExactly(error);
        assertThat(read(files(), query(null, false, "warning")).lines()).containsExactly(error, warn);
        assertThat(read(files(), query("10:00:0", false, null)).lines()).hasSize(4);
    }

    @Test
    void wrongQueriesAreRefusedWithAReason() throws IOException {
        write("status.log", line(1));
        assertThatThrownBy(() -> read(files(), query("(", true, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a regular expression");
        assertThatThrownBy(() -> read(files(), query(null, false, "LOUD")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LOUD");
        assertThatThrownBy(() -> read(files(), new LogQuery(null, false, null, null, 9, "../etc")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> newest(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anExpressionThatWouldNeverEndElsewhereEnds() throws IOException {
        int length = 1_000;
        write("status.log", new LogLine(T0, "INFO", "a.B", null, "ab".repeat(length / 2)));
        for (String evil :
                List.of(".*.*.*.*.*.*=x", "(a|b)*c", "((()){0,9}){0,9}x{9}", "(ab|a|b)*c", "(a?){30}a{30}c")) {
            AtomicInteger asked = new AtomicInteger();
            assertThat(files().read(query(evil, true, null), () -> asked.incrementAndGet() < 0)
                            .lines())
                    .as(evil)
                    .isEmpty();
            // It is asked at every 64th look at a character.
            assertThat(asked.get() * 64).as("%s: looks at the line", evil).isLessThan(10 * length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"((a{100}){100}){100}", "(a{1000}){1000}", "[ab]{0,900}[ab]{0,900}[ab]{0,900}c"})
    void anExpressionThatRepeatsTooMuchIsRefused(String text) throws IOException {
        write("status.log", new LogLine(T0, "INFO", "a.B", null, "ab".repeat(100_000)));
        assertThatThrownBy(() -> read(files(), query(text, true, null))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a)\\1", "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(?>a+)b", "a++"})
    void whatNeedsToTryAgainAndAgainIsRefusedInWords(String text) throws IOException {
        write("status.log", line(1));
        assertThatThrownBy(() -> read(files(), query(text, true, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without backreferences and lookaround");
    }

    @Test
    void aSearchThatNobodyWaitsForEnds() throws IOException {
        write("status.log", new LogLine(T0, "INFO", "a.B", null, "ab".repeat(100_000)));
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> files().read(query("(ab|a|b)*c", true, null), () -> asked.incrementAndGet() > 5))
                .isInstanceOf(CancellationException.class);
        assertThat(asked).hasValue(6);
    }

    @Test
    void aSearchThatTakesLongGoesOnFromItsCursor() throws IOException {
        write("status.log", line(1), line(2), line(3));
        LogFiles hasty = new LogFiles(folder.resolve("status.log"), Duration.ofNanos(-1));
        List<LogLine> found = new ArrayList<>();
        LogFiles.Page page = read(hasty, newest(9));
        while (page.next() != null) {
            found.addAll(page.lines());
            page = read(hasty, new LogQuery(null, false, null, null, 9, page.next()));
        }
        assertThat(found).containsExactly(line(3), line(2), line(1));
    }

    @Test
    void onlyLogFilesCanBeDownloaded() throws IOException {
        write("status.log", line(1));
        write("status.log.1", line(2));
        write("config.json", line(3));
        assertThat(files().resolve("status.log.1")).hasSameTextualContentAs(folder.resolve("status.log.1"));
        for (String name : List.of("config.json", "../status.log", "status.log/", "status.log.2", "", "/etc/passwd")) {
            assertThatThrownBy(() -> files().resolve(name)).as(name).isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void aLineWithoutEndAndLinesOfOtherProgramsDoNoHarm() throws IOException {
        Files.writeString(
                folder.resolve("status.log"),
                "2025-01-01 10:00:00,123 - INFO - old tool\n" + LineFormat.format(line(1)) + "\n"
                        + LineFormat.format(line(2)));
        assertThat(read(files(), newest(9)).lines()).containsExactly(line(2), line(1));
    }

    @Test
    void aHugeEntryIsCutNotKept() throws IOException {
        write("status.log", line(1), new LogLine(T0, "INFO", "a.B", null, "x".repeat(1 << 20)), line(2));
        LogFiles.Page page = read(files(), newest(9));
        assertThat(page.lines()).hasSize(3);
        assertThat(page.lines().get(1).text()).startsWith("xxx").hasSizeLessThan(1 << 19);
    }

    /** Whatever the texts, the sizes and the page length: paging gives every line once, newest first. */
    @Test
    void pagesAddUpToTheWholeLog() {
        qt().withExamples(Examples.upTo(60))
                .forAll(
                        lists().of(strings().betweenCodePoints('\t', 0x2fff).ofLengthBetween(0, 3000))
                                .ofSizeBetween(0, 60),
                        integers().between(1, 7),
                        integers().between(1, 10))
                .checkAssert(this::pagesAddUp);
    }

    private void pagesAddUp(List<String> texts, int perFile, int limit) {
        try {
            Path own = Files.createTempDirectory(folder, "paging");
            List<LogLine> written = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                String text = texts.get(i).replaceAll("[\\p{Cntrl}\u0080-\u009f\u2028\u2029&&[^\n\t]]", "\n");
                written.add(new LogLine(T0.plusMillis(i), "INFO", "a.B", i % 2 == 0 ? "run-" + i : null, text));
            }
            int file = 0;
            for (int end = written.size(); end > 0; end -= perFile, file++) {
                Path path = own.resolve(file == 0 ? "status.log" : "status.log." + file);
                write(path, written.subList(Math.max(0, end - perFile), end));
            }
            assertThat(allPages(new LogFiles(own.resolve("status.log")), limit)).isEqualTo(written.reversed());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<LogLine> allPages(LogFiles files, int limit) throws IOException {
        List<LogLine> all = new ArrayList<>();
        String before = null;
        do {
            LogFiles.Page page = read(files, new LogQuery(null, false, null, null, limit, before));
            all.addAll(page.lines());
            before = page.next();
        } while (before != null);
        return all;
    }

    private LogFiles files() {
        return new LogFiles(folder.resolve("status.log"));
    }

    private static LogFiles.Page read(LogFiles files, LogQuery query) throws IOException {
        return files.read(query, () -> false);
    }

    private static LogQuery newest(int limit) {
        return new LogQuery(null, false, null, null, limit, null);
    }

    private static LogQuery query(@Nullable String text, boolean regex, @Nullable String level) {
        return new LogQuery(text, regex, level, null, 100, null);
    }

    private static LogLine line(int number) {
        return new LogLine(T0.plusSeconds(number), "INFO", "io.hubstorage.a.B", null, "line " + number);
    }

    private void write(String name, LogLine... lines) throws IOException {
        write(folder.resolve(name), List.of(lines));
    }

    private static void write(Path path, List<LogLine> lines) throws IOException {
        Files.writeString(
                path,
                String.join(
                        "",
                        lines.stream()
                                .map(line -> LineFormat.format(line) + "\n")
                                .toList()));
    }
}
