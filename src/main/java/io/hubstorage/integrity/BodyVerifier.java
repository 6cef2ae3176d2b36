package io.hubstorage.integrity;

import io.hubstorage.integrity.DeclaredChecksum.Declared;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Compares one body with what the server says of it. Feed it every byte in order, then ask for the {@link #verdict}. Hashes
 * whatever is claimed of the whole; of a claim about parts, the likeliest idea of the parts at once and others only when that
 * one was wrong. Not thread-safe.
 */
public final class BodyVerifier implements ByteSink {
    /** Lets a sink read the body once more. */
    @FunctionalInterface
    public interface Again {
        void feed(ByteSink sink) throws IOException;
    }

    /** Knows how the body was uploaded, or not. */
    public interface Parts {
        /** The size of the first of so many parts, which may be the size of all but the last. */
        OptionalLong firstPart(int parts) throws IOException, InterruptedException;

        /** The size of each of so many parts; empty where that cannot be said for all of them. */
        List<Long> allParts(int parts) throws IOException, InterruptedException;
    }

    /**
     * Lets the MD5s of a body and its parts be computed later, beside those of others.
     *
     * @param body where it lies by the time that it is fed; must be readable until the verdict
     */
    public record SideBySide(ByteSource body, ParallelMd5 md5) {}

    /** A longer body is hashed while it arrives: when all of it is there, nobody wants to wait for its hash. */
    private static final long SOON_HASHED = 16L << 20;

    private final String name;
    private final Declared claims;
    private final long size;
    private final PartSizeInference guesses;
    private final @Nullable Parts uploaded;
    private final @Nullable SideBySide later;
    private final MessageDigest sha256 = Algorithm.SHA256.start();
    private final Map<DeclaredChecksum, MessageDigest> whole = new LinkedHashMap<>();
    private final @Nullable PartedHash parted;
    private @Nullable String hash;
    private @Nullable PartSizes explanation;

    /**
     * Of an object.
     *
     * @param name of the object, for messages
     * @param uploaded null where it is not worth asking
     * @param later null where the body is nowhere to be read again
     */
    public BodyVerifier(
            String name,
            Declared claims,
            long size,
            PartSizeInference guesses,
            @Nullable Parts uploaded,
            @Nullable SideBySide later)
            throws IOException, InterruptedException {
        this.name = name;
        this.claims = claims;
        this.size = size;
        this.guesses = guesses;
        this.uploaded = uploaded;
        this.later = later;
        for (DeclaredChecksum claim : claims.whole()) {
            if (claim.algorithm() != Algorithm.SHA256 && !isHashedLater(claim)) {
                whole.put(claim, claim.algorithm().start());
            }
        }
        DeclaredChecksum parts = claims.sayWhole() ? null : claims.parted();
        long each = parts == null ? 0 : likeliest(parts);
        this.parted = parts == null || each == 0 ? null : new PartedHash(parts, PartSizes.each(each), later);
    }

    private boolean isHashedLater(DeclaredChecksum claim) {
        return claim.algorithm() == Algorithm.MD5
                && later != null
                && size <= SOON_HASHED
                && later.md5().takes(size);
    }

    private long likeliest(DeclaredChecksum parts) throws IOException, InterruptedException {
        if (parts.parts() == 1) {
            return guesses.worthTrying() || !isEtag(parts) ? size : 0;
        }
        long remembered = guesses.remembered(size, parts.parts());
        if (remembered > 0) {
            return remembered;
        }
        OptionalLong told = uploaded == null ? OptionalLong.empty() : uploaded.firstPart(parts.parts());
        if (told.isPresent() && PartSizes.fits(told.getAsLong(), size, parts.parts())) {
            return told.getAsLong();
        }
        List<Long> candidates = guesses.worthTrying() ? guesses.candidates(size, parts.parts()) : List.<Long>of();
        return candidates.isEmpty() ? 0 : candidates.getFirst();
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        sha256.update(bytes, offset, length);
        whole.values().forEach(hash -> hash.update(bytes, offset, length));
        if (parted != null) {
            parted.update(bytes, offset, length);
        }
    }

    /** The parts it was uploaded in, if the verdict found them out. */
    public @Nullable PartSizes parts() {
        return explanation;
    }

    /** The SHA-256 of what was fed, in hexadecimal digits. */
    public String sha256() {
        String known = hash;
        if (known == null) {
            known = HexFormat.of().formatHex(sha256.digest());
            hash = known;
        }
        return known;
    }

    /**
     * What proves the body, for {@link ManifestEntry#verified}. Call once, after the last byte.
     *
     * @param again reads the body once more, for a further idea of its parts
     * @throws S3Failure when the body is not what the server says
     */
    public String verdict(Again again) throws S3Failure, IOException, InterruptedException {
        try {
            return size == 0 ? ManifestEntry.EMPTY : proof(again);
        } finally {
            if (parted != null) {
                parted.forget();
            }
        }
    }

    private String proof(Again again) throws S3Failure, IOException, InterruptedException {
        for (DeclaredChecksum claim : claims.whole()) {
            require(agrees(claim), claim);
        }
        if (claims.sayWhole()) {
            return claims.whole().getFirst().verified();
        }
        DeclaredChecksum claim = claims.parted();
        PartSizes parts = claim == null ? null : partsThatExplain(claim, again);
        explanation = parts;
        if (claim == null || parts == null) {
            return ManifestEntry.LENGTH;
        }
        if (claim.parts() > 1) {
            guesses.right(parts.each());
        }
        return claim.verified();
    }

    private boolean agrees(DeclaredChecksum claim) throws IOException, InterruptedException {
        MessageDigest digest = whole.get(claim);
        if (digest != null) {
            return claim.agrees(digest.digest());
        }
        if (later != null && claim.algorithm() == Algorithm.MD5) {
            return claim.agrees(later.md5().submit(later.body(), 0, size).get());
        }
        return claim.expected().equals(sha256());
    }

    /** Only a server that names every part can prove that a body is wrong; null where nothing explains the claim. */
    private @Nullable PartSizes partsThatExplain(DeclaredChecksum claim, Again again)
            throws S3Failure, IOException, InterruptedException {
        if (parted != null && parted.agrees()) {
            return parted.sizes();
        }
        if (claim.parts() == 1) {
            // Some servers end an ETag that they made up in "-1". No checksum is made up.
            require(isEtag(claim), claim);
            guesses.unexplained(name);
            return null;
        }
        OptionalLong told = uploaded == null ? OptionalLong.empty() : uploaded.firstPart(claim.parts());
        return told.isPresent() ? searchTold(claim, told.getAsLong(), again) : searchGuessed(claim, again);
    }

    private @Nullable PartSizes searchTold(DeclaredChecksum claim, long first, Again again)
            throws S3Failure, IOException, InterruptedException {
        PartSizes even = PartSizes.each(first);
        boolean triedEven = isTried(even);
        if (!triedEven && PartSizes.fits(first, size, claim.parts())) {
            triedEven = true;
            if (agreeing(claim, List.of(even), again) != null) {
                return even;
            }
        }
        List<Long> all = uploaded == null ? List.of() : uploaded.allParts(claim.parts());
        if (all.isEmpty()) {
            return null;
        }
        PartSizes sizes = PartSizes.all(all);
        require(!(triedEven && sizes.equals(even)) && agreeing(claim, List.of(sizes), again) != null, claim);
        return sizes;
    }

    private @Nullable PartSizes searchGuessed(DeclaredChecksum claim, Again again)
            throws IOException, InterruptedException {
        List<PartSizes> rest = !guesses.worthTrying()
                ? List.of()
                : guesses.candidates(size, claim.parts()).stream()
                        .map(PartSizes::each)
                        .filter(sizes -> !isTried(sizes))
                        .toList();
        PartSizes right = rest.isEmpty() ? null : agreeing(claim, rest, again);
        if (right == null) {
            guesses.unexplained(name);
        }
        return right;
    }

    private boolean isTried(PartSizes sizes) {
        return parted != null && parted.sizes().equals(sizes);
    }

    private @Nullable PartSizes agreeing(DeclaredChecksum claim, List<PartSizes> ideas, Again again)
            throws IOException, InterruptedException {
        List<PartedHash> hashes =
                ideas.stream().map(sizes -> new PartedHash(claim, sizes, later)).toList();
        try {
            again.feed((bytes, offset, length) -> hashes.forEach(hash -> hash.update(bytes, offset, length)));
            for (PartedHash hash : hashes) {
                if (hash.agrees()) {
                    return hash.sizes();
                }
            }
            return null;
        } finally {
            hashes.forEach(PartedHash::forget);
        }
    }

    private static boolean isEtag(DeclaredChecksum claim) {
        return claim.algorithm() == Algorithm.MD5;
    }

    private void require(boolean agrees, DeclaredChecksum claim) throws S3Failure {
        if (!agrees) {
            throw S3Failure.corrupt("%s: the body does not agree with its %s; it was corrupted on the way or at rest"
                    .formatted(name, claim.source()));
        }
    }
}
