package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class AuditLogTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T08:00:00Z"));

    @TempDir
    private Path folder;

    private Context context;
    private AuditFile file;
    private AuditLog log;

    @BeforeEach
    void begin(Vertx vertx) {
        context = vertx.getOrCreateContext();
        file = new AuditFile(folder, now::get);
        log = new AuditLog(vertx, now::get, file);
    }

    private <T> T onContext(Supplier<Future<T>> asked) {
        Promise<T> done = Promise.promise();
        context.runOnContext(_ -> asked.get().onComplete(done));
        try {
            return done.future().await(60, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing happened for a minute", e);
        }
    }

    private void add(String action, String name, int status) {
        Principal who = new Principal.Program(new Identity(name, Role.OPERATOR, Identity.Via.TOKEN));
        onContext(() -> {
            log.add(action, "status " + status, who, "::1", status);
            return log.written();
        });
    }

    private List<String> lines() throws IOException {
        return file.read(100, null).entries().reversed().stream()
                .map(entry -> "%s %s %s %d".formatted(entry.action(), entry.by().name(), entry.subject(), entry.more()))
                .toList();
    }

    @Test
    void howManyLinesAreMissingIsWrittenWithTheNextOne() throws IOException {
        Path inTheWay = Files.createDirectories(folder.resolve("audit.jsonl/in-the-way"));
        for (int i = 0; i < 3; i++) {
            add("retention.start", "a", 202);
        }
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        add("backup.start", "a", 202);
        await().until(() -> lines().size() == 2);
        assertThat(lines()).containsExactly("backup.start a status 202 0", "audit.lost null lines 3 0");
    }

    @Test
    void itIsWrittenToWithoutANextOne() throws IOException {
        Path inTheWay = Files.createDirectories(folder.resolve("audit.jsonl/in-the-way"));
        add("retention.start", "a", 202);
        for (int i = 0; i < 3; i++) {
            // In vain, and counted once.
            sweep();
        }
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        sweep();
        assertThat(lines()).containsExactly("audit.lost null lines 1 0");
    }

    private void sweep() {
        onContext(() -> {
            log.sweep();
            return log.written();
        });
    }

    @Test
    void whatCameToNothingSharesALineByWhoAndWhatAndNothingElseDoes() throws IOException {
        for (int i = 0; i < 4; i++) {
            add("backup.start", "a", 409);
        }
        add("backup.start", "b", 409);
        add("backup.cancel", "a", 404);
        add("backup.start", "a", 202);
        add("backup.start", "a", 202);
        add("backup.start", "a", AuditEntry.HUNG_UP);
        add("backup.start", "a", AuditEntry.HUNG_UP);
        now.updateAndGet(at -> at.plus(Duration.ofMinutes(1)));
        sweep();
        assertThat(lines())
                .containsExactly(
                        "backup.start a status 409 0",
                        "backup.start b status 409 0",
                        "backup.cancel a status 404 0",
                        "backup.start a status 202 0",
                        "backup.start a status 202 0",
                        "backup.start a status 499 0",
                        "backup.start a status 499 0",
                        "backup.start a status 409 2");
    }
}
