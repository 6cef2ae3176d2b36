package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuditFileTest {
    private static final Instant NOW = Instant.parse("2026-11-20T08:00:00Z");

    @TempDir
    private Path folder;

    private static AuditEntry entry(String subject) {
        return AuditEntry.of(NOW, "backup.start", subject, new AuditEntry.By("n", "admin", "token", "::1"), 202);
    }

    private static List<String> subjects(AuditFile.Page page) {
        return page.entries().stream().map(AuditEntry::subject).toList();
    }

    @Test
    void theNewestComeFirstPageByPage() throws IOException {
        AuditFile file = new AuditFile(folder, () -> NOW);
        for (int i = 0; i < 5; i++) {
            file.append(entry("s" + i));
        }
        AuditFile.Page first = file.read(2, null);
        assertThat(subjects(first)).containsExactly("s4", "s3");
        AuditFile.Page second = file.read(2, first.next());
        assertThat(subjects(second)).containsExactly("s2", "s1");
        AuditFile.Page last = file.read(2, second.next());
        assertThat(subjects(last)).containsExactly("s0");
        assertThat(last.next()).isNull();
        assertThat(file.read(2, "no such id").entries()).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("audit.jsonl"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aTornLineCostsThatLineAndNoOther() throws IOException {
        AuditFile file = new AuditFile(folder, () -> NOW);
        file.append(entry("before"));
        Files.writeString(folder.resolve("audit.jsonl"), "{\"id\":\"x\",\"at", StandardOpenOption.APPEND);
        assertThat(subjects(file.read(10, null))).containsExactly("before");
        file.append(entry("after"));
        assertThat(subjects(file.read(10, null))).containsExactly("after", "before");
    }

    @Test
    void itIsBoundedAndItsOldestPartGoes() throws IOException {
        AuditFile file = new AuditFile(folder, () -> NOW, 1_000);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            file.append(entry("s" + i));
            all.addFirst("s" + i);
        }
        List<String> found = subjects(file.read(1_000, null));
        assertThat(found).hasSizeBetween(20, 59).isEqualTo(all.subList(0, found.size()));
        try (var files = Files.list(folder)) {
            assertThat(files.filter(each -> each.toString().endsWith(".jsonl")))
                    .hasSize(1 + AuditFile.OLDER)
                    .allMatch(each -> each.toFile().length() < 1_300);
        }
    }

    @Test
    void ofABodyOnlyWhatIsKnownToBeHarmlessIsTold() {
        JsonObject body = new JsonObject()
                .put("buckets", new JsonArray().add("photos"))
                .put("password", "secret")
                .put("url", "https://secret")
                .put("schedule", new JsonObject().put("token", "secret"))
                .put("to", "s3://other/\n\u001b[31m")
                .put("dry_run", false);
        assertThat(AuditEntry.subject(body)).isEqualTo("to s3://other/\n\u001b[31m, buckets [\"photos\"]");
        assertThat(AuditEntry.subject(new JsonObject())).isNull();
    }

    @Test
    void nothingThatIsSentCrowdsOutWhatItDestroys() {
        JsonObject body = new JsonObject().put("in_place", true).put("delete_extra", true);
        for (String name : List.of("id", "alarm_id", "run_id", "snapshot", "name", "to", "to_dir")) {
            body.put(name, "x".repeat(5_000));
        }
        assertThat(AuditEntry.subject(body))
                .startsWith("in_place true, to xxx")
                .contains(", delete_extra true, id ")
                .hasSize(301);
    }

    @Test
    void halfACharacterHidesNoLine() throws IOException {
        AuditFile file = new AuditFile(folder, () -> NOW);
        String half = new JsonObject("{\"to\":\"a\\ud83dz\"}").getString("to");
        file.append(entry(Objects.requireNonNull(AuditEntry.subject(new JsonObject().put("to", half)))));
        file.append(entry(Objects.requireNonNull(
                AuditEntry.subject(new JsonObject().put("to", "x".repeat(59) + "\ud83d\ude00\ud83d\ude00")))));
        assertThat(subjects(file.read(10, null)))
                .containsExactly("to " + "x".repeat(59) + "\ud83d\ude00…", "to a\ufffdz");
    }

    @Test
    void aLineBreakInAnInputMakesNoSecondLine() throws IOException {
        AuditFile file = new AuditFile(folder, () -> NOW);
        file.append(entry("one\n{\"id\":\"forged\"}"));
        assertThat(Files.readAllLines(folder.resolve("audit.jsonl"))).hasSize(1);
        assertThat(subjects(file.read(10, null))).containsExactly("one\n{\"id\":\"forged\"}");
    }
}
