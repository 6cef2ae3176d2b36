package io.hubstorage.transfer;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Remedy;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Names every failed object in a file of JSON lines, counts them by kind, and remembers a few. What may be fetched later is written down
 * beside it, in the same order, with all that takes. Thread-safe.
 */
final class FailureLog implements AutoCloseable {
    private final @Nullable Shard shard;
    private final RunRecord.Naming named = new RunRecord.Naming();
    private final Map<String, Tally> byKind = new TreeMap<>();
    private @Nullable BufferedWriter failures;
    private @Nullable BufferedWriter retries;
    private long total;
    private Remedy remedy = Remedy.NONE;

    /** @param shard made with the first failure; null to write none */
    FailureLog(@Nullable Shard shard) {
        this.shard = shard;
    }

    /** Of something that nothing can mend. */
    void add(RunRecord.Failure failure) throws IOException {
        add(failure, Remedy.NONE, null);
    }

    synchronized void add(RunRecord.Failure failure, Remedy mend, @Nullable FetchTask task) throws IOException {
        total++;
        remedy = mend.compareTo(remedy) > 0 ? mend : remedy;
        named.add(failure);
        byKind.merge(failure.kind(), failure.tally(), Tally::plus);
        if (shard != null) {
            if (failures == null) {
                failures = Files.newBufferedWriter(shard.failures());
            }
            write(failure, failures);
            if (mend == Remedy.RETRY && task != null) {
                if (retries == null) {
                    retries = Files.newBufferedWriter(shard.retries());
                }
                write(task, retries);
            }
        }
    }

    private static void write(Record line, BufferedWriter out) throws IOException {
        out.write(BusJson.mapper().writeValueAsString(line));
        out.newLine();
    }

    /** Hands out again what an earlier log has to be fetched later; its other failures are failures of this one too. */
    void retry(Differ.Fetches fetches) throws IOException, InterruptedException {
        if (shard == null) {
            return;
        }
        try (BufferedReader before = Files.newBufferedReader(setAside(shard.failures()));
                BufferedReader tasks = Files.newBufferedReader(setAside(shard.retries()))) {
            FetchTask task = next(tasks, FetchTask.class);
            for (RunRecord.Failure failure = next(before, RunRecord.Failure.class);
                    failure != null;
                    failure = next(before, RunRecord.Failure.class)) {
                if (task != null && task.key().equals(failure.key())) {
                    fetches.submit(task);
                    task = next(tasks, FetchTask.class);
                } else {
                    add(failure);
                }
            }
        }
    }

    private static Path setAside(Path file) throws IOException {
        return Files.move(
                file, file.resolveSibling(file.getFileName() + ".before"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static <T> @Nullable T next(BufferedReader lines, Class<T> type) throws IOException {
        String line = lines.readLine();
        return line == null ? null : BusJson.mapper().readValue(line, type);
    }

    /**
     * As a shard's result tells them.
     *
     * @param shard of which kind the shard's own error is
     */
    synchronized TransferMessage.Failures told(Remedy mend, @Nullable String shard) {
        return new TransferMessage.Failures(named.named(), total, mend, Map.copyOf(byKind), shard);
    }

    /** What may mend some of them: the one that takes most. */
    synchronized Remedy remedy() {
        return remedy;
    }

    @Override
    public synchronized void close() throws IOException {
        try (BufferedWriter _ = failures;
                BufferedWriter _ = retries) {
            // Both, also where one cannot be written to its end.
        }
    }
}
