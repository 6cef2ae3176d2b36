package io.hubstorage.transfer;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names every failed object in a file of JSON lines, and remembers the first few. Thread-safe. */
final class FailureLog implements AutoCloseable {
    private static final int REMEMBERED = 100;

    private final @Nullable Path file;
    private final List<RunRecord.Failure> first = new ArrayList<>();
    private @Nullable BufferedWriter out;
    private long total;
    private boolean retriable;

    /** @param file made with the first failure; absent to write none */
    FailureLog(@Nullable Path file) {
        this.file = file;
    }

    /** @param mayPass whether trying again later may help */
    synchronized void add(RunRecord.Failure failure, boolean mayPass) throws IOException {
        total++;
        retriable |= mayPass;
        if (first.size() < REMEMBERED) {
            first.add(failure);
        }
        if (file != null) {
            if (out == null) {
                out = Files.newBufferedWriter(file);
            }
            out.write(BusJson.mapper().writeValueAsString(failure));
            out.newLine();
        }
    }

    synchronized List<RunRecord.Failure> first() {
        return List.copyOf(first);
    }

    synchronized long total() {
        return total;
    }

    /** Whether trying again later may mend any of them. */
    synchronized boolean retriable() {
        return retriable;
    }

    @Override
    public synchronized void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }
}
