package io.hubstorage.web.s3;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.fs.Sha256;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of all snapshots under names that S3 allows. {@code photos} is the bucket as the newest snapshot has it that has it,
 * {@code photos.20261127060000} as the snapshot of that time does. A bucket of a named account, and one whose name is too long for
 * that, no name of S3's, or like one of these two, goes by an alias: what is legal of its name, {@code --}, and ten digits of
 * the SHA-256 of all of it. So each name means one bucket, whatever other buckets there are. Blocking; thread-safe.
 */
final class S3Buckets {
    private static final Pattern TIMED = Pattern.compile("(?<bucket>.+)\\.(?<time>\\d{14})");
    private static final Pattern ALIAS = Pattern.compile(".*--[0-9a-f]{10}");
    private static final Pattern LEGAL = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern TIME = Pattern.compile("\\d{14}");
    private static final int MOST_NAME = 63;
    private static final int TIME_LENGTH = 15;
    private static final int ALIAS_DIGITS = 10;
    private static final int ALIAS_READABLE = MOST_NAME - TIME_LENGTH - ALIAS_DIGITS - 2;

    private static final DateTimeFormatter DIGITS = DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT);

    /** How long the newest is believed to be the newest: who reads a hundred thousand objects asks for it as often. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private static final int MOST_KNOWN = 1_000;

    private final Supplier<Path> data;
    private final InstantSource clock;
    private final Map<String, Known> newest = new ConcurrentHashMap<>();

    /**
     * A bucket of a snapshot.
     *
     * @param asked by which name it was asked for
     * @param bucket its own name
     */
    record Place(String asked, SnapshotReader snapshot, String bucket) {
        /** @throws S3Refusal when its snapshot was taken away; that is then why something in it could not be read */
        void requireThere() {
            if (!snapshot.has(bucket)) {
                throw S3Refusal.noSuchBucket(asked);
            }
        }
    }

    private record Known(Place place, Instant until) {}

    /**
     * A bucket as it is listed.
     *
     * @param created when its snapshot was begun
     */
    record Listed(String name, Instant created) {}

    /** @param next what to give as {@code after} for the next page; absent on the last one */
    record Page(List<Listed> buckets, @Nullable String next) {}

    /** @param data where the data folder is, asked for each time */
    S3Buckets(Supplier<Path> data, InstantSource clock) {
        this.data = data;
        this.clock = clock;
    }

    /**
     * What a name stands for now.
     *
     * @throws S3Refusal when it stands for nothing
     */
    Place find(String name) throws IOException {
        Matcher timed = TIMED.matcher(name);
        if (timed.matches()) {
            return in(name, Layout.SNAPSHOT_PREFIX + timed.group("time"), timed.group("bucket"))
                    .orElseThrow(() -> S3Refusal.noSuchBucket(name));
        }
        Instant now = clock.instant();
        Known known = newest.get(name);
        if (known != null && now.isBefore(known.until) && known.place.snapshot().has(known.place.bucket())) {
            return known.place;
        }
        Place found = newestWith(name).orElseThrow(() -> S3Refusal.noSuchBucket(name));
        if (newest.size() >= MOST_KNOWN) {
            newest.clear();
        }
        newest.put(name, new Known(found, now.plus(FRESH)));
        return found;
    }

    /**
     * What a name stands for in the snapshot of that name, so that a listing ends where it began.
     *
     * @throws S3Refusal when that snapshot is gone, or never had it
     */
    Place find(String name, String snapshot) throws IOException {
        Matcher timed = TIMED.matcher(name);
        return in(name, snapshot, timed.matches() ? timed.group("bucket") : name)
                .orElseThrow(() -> S3Refusal.noSuchBucket(name));
    }

    private Optional<Place> newestWith(String name) throws IOException {
        try (Stream<Snapshots.Folder> folders = snapshots().folders(null)) {
            Iterator<Snapshots.Folder> each = folders.iterator();
            while (each.hasNext()) {
                Optional<Place> place = in(name, new SnapshotReader(each.next()), name);
                if (place.isPresent()) {
                    return place;
                }
            }
            return Optional.empty();
        }
    }

    private Optional<Place> in(String asked, String snapshot, String name) throws IOException {
        Optional<Snapshots.Folder> folder = snapshots().folder(snapshot);
        return folder.isEmpty() ? Optional.empty() : in(asked, new SnapshotReader(folder.get()), name);
    }

    private static Optional<Place> in(String asked, SnapshotReader snapshot, String name) throws IOException {
        if (!ALIAS.matcher(name).matches()) {
            return snapshot.has(name) ? Optional.of(new Place(asked, snapshot, name)) : Optional.empty();
        }
        return names(snapshot).stream()
                .filter(bucket -> alias(bucket).equals(name))
                .findFirst()
                .map(bucket -> new Place(asked, snapshot, bucket));
    }

    /**
     * A page of all names that can be asked for: of each snapshot, the newest first, those of its buckets, in the place where a
     * bucket comes first with the name that stands for its newest.
     *
     * @throws S3Refusal when there is no such name any more to go on after
     */
    Page list(String prefix, @Nullable String after, int most) throws IOException {
        List<Listed> page = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        boolean begun = after == null;
        try (Stream<Snapshots.Folder> folders = snapshots().folders(null)) {
            Iterator<Snapshots.Folder> each = folders.iterator();
            while (each.hasNext()) {
                for (Listed listed : listed(new SnapshotReader(each.next()), seen)) {
                    if (!begun) {
                        begun = listed.name().equals(after);
                    } else if (listed.name().startsWith(prefix)) {
                        if (page.size() == most) {
                            return new Page(page, page.getLast().name());
                        }
                        page.add(listed);
                    }
                }
            }
        }
        if (!begun) {
            throw S3Refusal.invalidArgument("The continuation token names a snapshot that is gone: list anew.");
        }
        return new Page(page, null);
    }

    private static List<Listed> listed(SnapshotReader snapshot, Set<String> seen) throws IOException {
        String time = snapshot.name().substring(Layout.SNAPSHOT_PREFIX.length());
        Instant created = created(time);
        List<Listed> listed = new ArrayList<>();
        for (String bucket : names(snapshot)) {
            if (seen.add(bucket)) {
                listed.add(new Listed(name(bucket), created));
            }
            if (TIME.matcher(time).matches()) {
                listed.add(new Listed(name(bucket, time), created));
            }
        }
        return listed;
    }

    private static List<String> names(SnapshotReader snapshot) throws IOException {
        try {
            return snapshot.bucketNames().stream()
                    .filter(snapshot::has)
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            // Taken away while we looked.
            return List.of();
        }
    }

    private static Instant created(String time) {
        try {
            return LocalDateTime.parse(time, DIGITS).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    /** The name of a bucket as the newest snapshot has it. */
    static String name(String bucket) {
        return isPlain(bucket) ? bucket : alias(bucket);
    }

    /** The name of a bucket as the snapshot of that time has it. */
    static String name(String bucket, String time) {
        boolean fits = bucket.length() <= MOST_NAME - TIME_LENGTH;
        return (isPlain(bucket) && fits ? bucket : alias(bucket)) + '.' + time;
    }

    private static boolean isPlain(String bucket) {
        return LEGAL.matcher(bucket).matches()
                && !TIMED.matcher(bucket).matches()
                && !ALIAS.matcher(bucket).matches();
    }

    private static String alias(String bucket) {
        String legal =
                bucket.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        String readable = legal.isEmpty() ? "bucket" : legal.substring(0, Math.min(legal.length(), ALIAS_READABLE));
        byte[] hash = Sha256.digest().digest(bucket.getBytes(StandardCharsets.UTF_8));
        return readable + "--" + HexFormat.of().formatHex(hash).substring(0, ALIAS_DIGITS);
    }

    private Snapshots snapshots() {
        return new Snapshots(new Layout(data.get()));
    }
}
