package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChangeLockTest {
    private static final int CHANGES = 50;

    @TempDir
    Path folder;

    @Test
    void noChangeOfSeveralThreadsIsLost() throws Exception {
        Path file = Files.writeString(folder.resolve("number"), "0");
        Callable<Void> changer = () -> {
            for (int i = 0; i < CHANGES; i++) {
                change(file);
            }
            return null;
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> all =
                    Stream.generate(() -> threads.submit(changer)).limit(4).toList();
            for (Future<Void> each : all) {
                each.get();
            }
        }
        assertThat(file).hasContent(String.valueOf(4 * CHANGES));
    }

    private void change(Path file) throws IOException {
        try (ChangeLock _ = ChangeLock.take(folder.resolve(".lock"))) {
            Files.writeString(file, String.valueOf(Integer.parseInt(Files.readString(file)) + 1));
        }
    }
}
