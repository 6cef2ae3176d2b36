package io.hubstorage.restore;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.Job;
import io.hubstorage.restore.s3.S3Target;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The restores on the disk: what was planned, with its journal, in a folder each below the data folder, until that is cleared away; and
 * for good, beside the history, the certificate of each that was started. Blocking; thread-safe.
 */
final class Restores {
    private static final Logger LOG = LoggerFactory.getLogger(Restores.class);
    /** After so long without a change a plan is forgotten: the target is another by then. */
    private static final Duration KEPT = Duration.ofDays(1);

    private final Surroundings around;
    private final Layout layout;
    private final Path configFolder;
    private final Path plans;
    private final Path certificates;

    Restores(Surroundings around) {
        this(
                around,
                new Layout(around.config().dataPath()).restores(),
                around.config().settings().configFolder().resolve("restores"));
    }

    private Restores(Surroundings around, Path plans, Path certificates) {
        this.around = around;
        this.layout = new Layout(around.config().dataPath());
        this.configFolder = around.config().settings().configFolder();
        this.plans = plans;
        this.certificates = certificates;
    }

    /** Those of which nothing is kept: all that they have is in one folder. */
    static Restores ofTrial(Surroundings around, Path folder) {
        return new Restores(around, folder.resolve("plans"), folder.resolve("certificates"));
    }

    /**
     * What was asked for and what came of it.
     *
     * @param request with snapshot, buckets and target filled in once it is planned
     * @param plan null while it is being made
     */
    record Planned(
            String id,
            Instant createdAt,
            RestoreRequest request,
            @Nullable Place place,
            @Nullable RestorePlan plan) {}

    /**
     * What is kept of one that was started. In JSON {@code <config>/restores/<id>.json}.
     *
     * @param format 1
     * @param notWritten the file beside it that names what was not written: zstd, a line each; absent where there is none
     * @param problems what does not add up; empty as it must be
     */
    record Certificate(
            int format,
            String hubstorageVersion,
            Planned planned,
            RestoreRecord record,
            @Nullable String notWritten,
            List<String> problems) {
        static final int FORMAT = 1;
    }

    private Path folder(String id) {
        if (!Job.isId(id)) {
            throw new IllegalArgumentException("There is no restore of this id.");
        }
        return plans.resolve(id);
    }

    Path lines(String id) {
        return folder(id).resolve("plan.jsonl.zst");
    }

    Path journal(String id) {
        return folder(id).resolve("journal.jsonl");
    }

    Path scratch(String id) {
        return folder(id).resolve("scratch");
    }

    Path notWritten(String id) {
        folder(id);
        return certificates.resolve(id + ".jsonl.zst");
    }

    private Path certificate(String id) {
        folder(id);
        return certificates.resolve(id + ".json");
    }

    /** What the digest of a plan begins with. */
    static byte[] digested(RestoreRequest request, Place place) throws IOException {
        return (BusJson.mapper().writeValueAsString(request) + "\n" + place + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private Path lockFile(String id) {
        return folder(id).resolve("lock");
    }

    /** Whether somebody has begun it, or was about to; and its folder is still there. */
    boolean isBegun(String id) {
        return Files.exists(journal(id)) || Files.exists(lockFile(id));
    }

    /** Only one process works on one. */
    DataLock lock(String id, Instant now) throws IOException, DataLock.HeldException {
        return DataLock.take(lockFile(id), now);
    }

    /** Why nothing can be planned or begun now, in a sentence: the data folder is another one, or cannot be written to. */
    Optional<String> problem() throws IOException {
        Optional<Path> foreign = OwnFiles.foreign(layout);
        if (foreign.isPresent()) {
            return Optional.of("%s is a symbolic link, which HubStorage neither makes nor follows: remove it."
                    .formatted(foreign.get()));
        }
        Destination.Check found = new Destination(layout, configFolder).inspect();
        return found.usable()
                ? FolderAccess.ask(plans)
                        .map(problem ->
                                "A restore keeps its plan and journal in the data folder. " + problem.sentence())
                : Optional.of(found.message());
    }

    void save(Planned planned) throws IOException {
        Files.createDirectories(folder(planned.id));
        Durable.writeAtomically(folder(planned.id).resolve("restore.json"), json(planned));
    }

    Optional<Planned> find(String id) throws IOException {
        Optional<Planned> planned =
                Job.isId(id) ? read(folder(id).resolve("restore.json"), Planned.class) : Optional.empty();
        return planned.isPresent() ? planned : certified(id).map(Certificate::planned);
    }

    /** The same; refused where there is none. */
    Planned require(String id) throws IOException {
        return find(id).orElseThrow(() -> Bus.refusal(Bus.NOT_FOUND, "There is no restore of this id."));
    }

    /** Whether its lines are still there, so that it can be started or looked at. */
    boolean hasLines(String id) {
        return Job.isId(id) && Files.exists(lines(id));
    }

    void certify(Certificate certificate) throws IOException {
        Files.createDirectories(certificates);
        Durable.writeAtomically(certificate(certificate.planned.id), json(certificate));
    }

    Optional<Certificate> certified(String id) throws IOException {
        return Job.isId(id) ? read(certificate(id), Certificate.class) : Optional.empty();
    }

    /** The ids of those that there are, the newest first. */
    List<String> ids(int limit, @Nullable String before) throws IOException {
        Stream<String> certified = names(certificates).stream()
                .filter(name -> name.endsWith(".json"))
                .map(name -> name.substring(0, name.length() - 5));
        return Stream.concat(names(plans).stream(), certified)
                .filter(Job::isId)
                .distinct()
                .filter(id -> before == null || id.compareTo(before) < 0)
                .sorted(Comparator.reverseOrder())
                .limit(limit)
                .toList();
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(each -> each.getFileName().toString()).toList();
        }
    }

    /**
     * Forgets plan and journal, once nothing that it began is left in the target; certificates stay.
     *
     * @throws IOException when that cannot be told or ended now, and it is not forgotten
     */
    void remove(String id) throws IOException {
        endUploads(id);
        Trees.delete(folder(id));
    }

    /** The parts of an upload that nobody knows of any more are billed for ever. */
    private void endUploads(String id) throws IOException {
        if (!S3Target.hasUnfinished(scratch(id))) {
            return;
        }
        Planned planned = find(id).orElse(null);
        Place place = planned == null ? null : planned.place();
        if (planned == null || place == null) {
            LOG.warn(
                    "The plan {} was not finished; an object .hubstorage-probe-{} may be left where it was to go",
                    id,
                    id);
            return;
        }
        try (Target target = around.targets().open(id, place, planned.request(), scratch(id))) {
            target.clear();
        } catch (Target.TargetException e) {
            throw new IOException(
                    ("The restore %s has unfinished uploads in %s, and they could not be ended: %s It is kept until"
                                    + " that works, or its folder in the data folder is removed by hand.")
                            .formatted(id, place, e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
    }

    /** Forgets those that nothing has happened to for a day; never throws. */
    void clean(Instant now, Predicate<String> inUse) {
        try {
            for (String id : names(plans)) {
                if (Job.isId(id) && !inUse.test(id) && touched(id).plus(KEPT).isBefore(now)) {
                    removeUnlessLocked(id, now);
                }
            }
        } catch (IOException e) {
            LOG.warn("Old plans of restores cannot be cleared away: {}", e.getMessage());
        }
    }

    private void removeUnlessLocked(String id, Instant now) {
        try (DataLock _ = lock(id, now)) {
            remove(id);
        } catch (DataLock.HeldException e) {
            LOG.debug("{} is under way in another process", id);
        } catch (IOException e) {
            LOG.warn("The old plan {} cannot be cleared away: {}", id, e.getMessage());
        }
    }

    private Instant touched(String id) throws IOException {
        Path journal = journal(id);
        return Files.getLastModifiedTime(Files.exists(journal) ? journal : folder(id))
                .toInstant();
    }

    /** When a file was last written to; empty where there is none. */
    static Optional<Instant> written(Path file) {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static byte[] json(Record content) throws IOException {
        return BusJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(content);
    }

    private static <T> Optional<T> read(Path file, Class<T> type) throws IOException {
        try {
            return Optional.of(BusJson.mapper().readValue(Files.readAllBytes(file), type));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new IOException("The file %s is damaged: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }
}
