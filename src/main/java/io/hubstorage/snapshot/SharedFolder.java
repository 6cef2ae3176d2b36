package io.hubstorage.snapshot;

import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether two processes see one data folder, and can do there what a backup does: the one asks a question that only the folder tells, and
 * looks at what the other has made beside it. Blocking.
 */
public final class SharedFolder {
    private static final String QUESTION = "question";
    private static final String DRAFT = "draft";
    private static final String ANSWER = "answer";
    private static final String LINK = "link";
    private static final String POINTER = "pointer";
    /** A shared folder may show late what was just written elsewhere. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long PAUSE_MILLIS = 100;

    private final Layout layout;
    private final Path probes;

    public SharedFolder(Layout layout) {
        this.layout = layout;
        this.probes = layout.hub().resolve("probes");
    }

    /**
     * A question that waits for its answer.
     *
     * @param name of the folder that it is in, to be told to the other side
     * @param word what the other side must have read there; it is told to nobody
     */
    public record Question(String name, String word) {}

    /** The id in the marker of the folder; empty where no backup has been made there yet. */
    public String id() throws IOException {
        String id = new Destination(layout, layout.hub()).inspect().id();
        return id == null ? "" : id;
    }

    /** Asks; to be ended by {@link #forget}. */
    public Question ask() throws IOException {
        Question question =
                new Question(UUID.randomUUID().toString(), UUID.randomUUID().toString());
        Path folder = probes.resolve(question.name());
        Files.createDirectories(folder);
        Durable.writeAtomically(folder.resolve(QUESTION), question.word().getBytes(StandardCharsets.UTF_8));
        return question;
    }

    /**
     * Answers a question, by every kind of change that a backup makes.
     *
     * @return the word that stands there
     * @throws IOException in words for people, when it is not there or something does not work
     */
    public String answer(String name) throws IOException {
        Path folder = probes.resolve(UUID.fromString(name).toString());
        String word = Files.readString(awaited(folder.resolve(QUESTION)));
        Path draft = folder.resolve(DRAFT);
        Path answer = folder.resolve(ANSWER);
        tried("written and made durable", () -> write(draft, word));
        tried("renamed", () -> Files.move(draft, answer, StandardCopyOption.ATOMIC_MOVE));
        tried("given a second name by a hard link", () -> Files.createLink(folder.resolve(LINK), answer));
        tried(
                "pointed at by a symbolic link",
                () -> Files.createSymbolicLink(folder.resolve(POINTER), Path.of(ANSWER)));
        Durable.syncFolder(folder);
        return word;
    }

    /** What is wrong with an answer, in a sentence; empty if nothing is. */
    public Optional<String> judge(Question question, @Nullable String word) {
        if (!question.word().equals(word)) {
            return Optional.of("It has read something other than what was written for it.");
        }
        Path folder = probes.resolve(question.name());
        try {
            Path answer = awaited(folder.resolve(ANSWER));
            if (!Files.readString(answer).equals(word)
                    || !Files.isSameFile(answer, awaited(folder.resolve(LINK)))
                    || !Files.readString(awaited(folder.resolve(POINTER))).equals(word)) {
                return Optional.of("What it has written there is not what is seen of it here.");
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("What it has written there is not seen here within 5 s (%s).".formatted(e.getMessage()));
        }
    }

    /** Removes what was left of a question and its answer. */
    public void forget(Question question) throws IOException {
        Trees.delete(probes.resolve(question.name()));
    }

    @FunctionalInterface
    private interface Change {
        void make() throws IOException;
    }

    private void tried(String what, Change change) throws IOException {
        try {
            change.make();
        } catch (IOException | UnsupportedOperationException e) {
            throw new IOException("A file in %s cannot be %s (%s)".formatted(layout.data(), what, e), e);
        }
    }

    private static void write(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Durable.writeFully(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
    }

    private static Path awaited(Path file) throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!Files.exists(file)) {
            if (System.nanoTime() > end) {
                throw new NoSuchFileException(file.toString(), null, "it is not there");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        return file;
    }
}
