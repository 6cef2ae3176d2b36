package io.hubstorage.image;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdInputStream;
import io.vertx.core.json.jackson.VertxModule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Uses every library the way the service does when it starts, shows a page and copies a bucket, all on loopback, and ends
 * after a few seconds. The image's AOT cache is trained on it and not on the service itself, so that the cache depends on
 * the libraries alone, and a change of our own code leaves the image's large layers as they are.
 */
public final class Rehearsal {
    private static final int ROUNDS = 3;

    private Rehearsal() {}

    /** Runs the rehearsal; fails if a library does not do what is asked of it. */
    public static void main(String[] args) throws Exception {
        Path home = Files.createTempDirectory("rehearsal");
        try {
            commandLine();
            try (RehearsedWeb web = RehearsedWeb.start(home);
                    RehearsedS3 s3 = RehearsedS3.start(web.vertx())) {
                for (int round = 0; round < ROUNDS; round++) {
                    web.visit();
                    s3.copy(home.resolve("copy"));
                    json();
                    zstd();
                    cron();
                }
            }
            LoggerFactory.getLogger(Rehearsal.class).info("Rehearsed {} times", ROUNDS);
        } finally {
            remove(home);
        }
    }

    /** As much of a command line as ours has. */
    @Command(name = "rehearsal", mixinStandardHelpOptions = true, description = "Rehearses.")
    private static final class Play implements Callable<Integer> {
        @Option(names = "--port", description = "A port")
        private @Nullable String port;

        @Override
        public Integer call() {
            return port == null ? 1 : 0;
        }
    }

    private static void commandLine() {
        CommandLine line = new CommandLine(new Play()).addSubcommand("act", new Play());
        line.setOut(new PrintWriter(new StringWriter()));
        expect(line.execute("act", "--port", "1") == 0 && line.execute("--help") == 0, "picocli");
    }

    private record Note(
            Instant at, List<String> words, @Nullable Long size) {}

    private static void json() throws IOException {
        JsonMapper mapper = JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .addModule(new VertxModule())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        Note note = new Note(Instant.EPOCH, List.of("a", "b"), 3L);
        expect(mapper.readValue(mapper.writeValueAsBytes(note), Note.class).equals(note), "Jackson");
    }

    private static void zstd() throws IOException {
        byte[] text = "a line of a manifest\n".repeat(500).getBytes(StandardCharsets.UTF_8);
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            byte[] small = zstd.compress(text);
            try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(small))) {
                expect(in.readAllBytes().length == text.length, "zstd");
            }
        }
    }

    private static void cron() {
        ExecutionTime time = ExecutionTime.forCron(
                new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX)).parse("30 2 * * 1-5"));
        expect(time.nextExecution(Instant.EPOCH.atZone(ZoneOffset.UTC)).isPresent(), "cron-utils");
    }

    /** On virtual threads, as the engine works. */
    static void together(int many, Callable<?> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(java.util.Collections.nCopies(many, work))) {
                done.get();
            }
        }
    }

    static void expect(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what + " did not do what was expected");
        }
    }

    private static void remove(Path home) throws IOException {
        Files.walkFileTree(home, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
