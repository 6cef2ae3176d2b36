package io.hubstorage.verify.scrub;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.hubstorage.fs.TextCodec;
import io.hubstorage.keys.KeyPath;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file on the disk, one of its names, and when it was last proven: a line of the ledger, and, without a name, of a file of
 * proofs. A file of several names in one snapshot has several lines beside each other. A flat object in JSON.
 *
 * @param sha256 what the manifest says it holds
 * @param proven when its bytes were last read, or downloaded, and were right; absent when that is not known
 * @param name absent in a proof
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LedgerLine(
        @JsonUnwrapped FileId file,
        String sha256,
        @Nullable Instant proven,
        @JsonUnwrapped @Nullable Name name) {
    /**
     * Where it is.
     *
     * @param snapshot the oldest that has the file at that path
     * @param path relative to the bucket's folder
     * @param compressed whether the file holds its object compressed, which its path tells of; in JSON only where it does
     */
    record Name(
            String snapshot,
            String bucket,
            String path,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean compressed) {
        /** Of a file that is what its object is. */
        Name(String snapshot, String bucket, String path) {
            this(snapshot, bucket, path, false);
        }

        String key() {
            return compressed ? KeyPath.toKeyOfCompressed(path) : KeyPath.toKey(path);
        }
    }

    /** Files beside each other that are one, with the bytes that they should have. */
    static final Comparator<LedgerLine> BY_FILE = Comparator.comparing((LedgerLine line) -> line.file.inode())
            .thenComparing(line -> line.file.born())
            .thenComparing(line -> line.file.modified())
            .thenComparingLong(line -> line.file.size())
            .thenComparing(LedgerLine::sha256);

    private static final long SECONDS_OF_DAY = 86_400;

    static final TextCodec<LedgerLine> CODEC = new TextCodec<>(LedgerLine::texts, LedgerLine::of);

    /** Of JSON, which has a name without anything where there is none. */
    LedgerLine {
        name = name == null || name.path == null ? null : name;
    }

    /**
     * The least recently proven first, those of one day as they lie on the disk, more or less; behind all of them what was proven
     * since the cycle began.
     */
    static Comparator<LedgerLine> due(Instant began) {
        return Comparator.comparing((LedgerLine line) -> !line.isDue(began))
                .thenComparingLong(LedgerLine::day)
                .thenComparingInt(line -> line.file.inode().length())
                .thenComparing(BY_FILE);
    }

    LedgerLine provenAt(@Nullable Instant at) {
        return new LedgerLine(file, sha256, at, name);
    }

    /** Whether one reading tells of both. */
    boolean isSameFile(LedgerLine other) {
        return file.isKnown() && file.equals(other.file);
    }

    boolean isDue(Instant began) {
        return proven == null || proven.isBefore(began);
    }

    boolean isWhole() {
        return file != null
                && Stream.of(file.inode(), file.modified(), file.born(), sha256).allMatch(Objects::nonNull);
    }

    private long day() {
        return proven == null ? Long.MIN_VALUE : Math.floorDiv(proven.getEpochSecond(), SECONDS_OF_DAY);
    }

    /** No later than its proof, nor than that of any line behind it that is due; null when it has none. */
    @Nullable
    Instant since() {
        return proven == null ? null : Instant.ofEpochSecond(day() * SECONDS_OF_DAY);
    }

    private List<String> texts() {
        return List.of(
                file.inode(),
                Long.toString(file.size()),
                file.modified().toString(),
                file.born().toString(),
                sha256,
                proven == null ? "" : proven.toString(),
                name == null ? "" : name.snapshot,
                name == null ? "" : name.bucket,
                name == null ? "" : name.path,
                name == null ? "" : Boolean.toString(name.compressed));
    }

    private static LedgerLine of(List<String> texts) {
        FileId file = new FileId(
                texts.get(0), Long.parseLong(texts.get(1)), Instant.parse(texts.get(2)), Instant.parse(texts.get(3)));
        return new LedgerLine(
                file,
                texts.get(4),
                texts.get(5).isEmpty() ? null : Instant.parse(texts.get(5)),
                texts.get(7).isEmpty()
                        ? null
                        : new Name(texts.get(6), texts.get(7), texts.get(8), Boolean.parseBoolean(texts.get(9))));
    }
}
