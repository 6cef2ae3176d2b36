package io.hubstorage.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import io.hubstorage.integrity.DeclaredChecksum.Declared;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BodyVerifierTest {
    private static final int MIB = 1 << 20;

    private final PartSizeInference inference = new PartSizeInference();

    private static byte[] body(int size) {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        return body;
    }

    private static String hex(Algorithm algorithm, byte[] bytes) {
        MessageDigest hash = algorithm.start();
        hash.update(bytes, 0, bytes.length);
        return HexFormat.of().formatHex(hash.digest());
    }

    /** The ETag that S3 gives an upload in these parts. */
    private static String etag(byte[] body, List<Long> parts) {
        MessageDigest outer = Algorithm.MD5.start();
        int at = 0;
        for (long size : parts) {
            byte[] part = HexFormat.of().parseHex(hex(Algorithm.MD5, Arrays.copyOfRange(body, at, at + (int) size)));
            outer.update(part, 0, part.length);
            at += (int) size;
        }
        return HexFormat.of().formatHex(outer.digest()) + "-" + parts.size();
    }

    private static List<Long> even(int size, int each) {
        List<Long> parts = new ArrayList<>();
        for (int left = size; left > 0; left -= each) {
            parts.add((long) Math.min(left, each));
        }
        return parts;
    }

    /** A server that knows these parts. */
    private static BodyVerifier.Parts telling(List<Long> sizes) {
        return new BodyVerifier.Parts() {
            @Override
            public OptionalLong firstPart(int parts) {
                return OptionalLong.of(sizes.getFirst());
            }

            @Override
            public List<Long> allParts(int parts) {
                return sizes;
            }
        };
    }

    /** A server that knows the size of the first part alone. */
    private static BodyVerifier.Parts tellingTheFirst(long size) {
        return new BodyVerifier.Parts() {
            @Override
            public OptionalLong firstPart(int parts) {
                return OptionalLong.of(size);
            }

            @Override
            public List<Long> allParts(int parts) {
                return List.of();
            }
        };
    }

    private BodyVerifier fed(byte[] body, Declared declared, BodyVerifier.@Nullable Parts parts) {
        try {
            BodyVerifier verifier = new BodyVerifier("bucket/key", declared, body.length, inference, parts, null);
            int half = body.length / 3;
            verifier.update(body, 0, half);
            verifier.update(body, half, body.length - half);
            return verifier;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String verdict(byte[] body, Declared declared, BodyVerifier.@Nullable Parts parts) throws S3Failure {
        return verdict(fed(body, declared, parts), body);
    }

    private static String verdict(BodyVerifier verifier, byte[] body) throws S3Failure {
        try {
            return verifier.verdict(sink -> sink.update(body, 0, body.length));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a body that must not be read a second time. */
    private static String verdictAtOnce(BodyVerifier verifier) throws S3Failure {
        try {
            return verifier.verdict(sink -> {
                throw new AssertionError("read again");
            });
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] otherwise(byte[] body) {
        byte[] other = body.clone();
        other[other.length / 2] ^= 1;
        return other;
    }

    @Test
    void aBodyOfThePlainMd5OfItsEtagIsProvenAndOneBitMoreIsNot() throws S3Failure {
        byte[] body = body(1_000);
        Declared declared = DeclaredChecksum.ofEtag(hex(Algorithm.MD5, body));

        assertThat(verdict(body, declared, null)).isEqualTo("md5");
        assertThat(fed(body, declared, null).sha256()).isEqualTo(hex(Algorithm.SHA256, body));
        assertThatThrownBy(() -> verdict(otherwise(body), declared, null))
                .isInstanceOf(S3Failure.Retriable.class)
                .hasMessageContaining("bucket/key")
                .hasMessageContaining("ETag");
    }

    @Test
    void ofSeveralChecksumsEachMustAgree() throws S3Failure {
        byte[] body = body(1_000);
        DeclaredChecksum sha256 = new DeclaredChecksum(Algorithm.SHA256, hex(Algorithm.SHA256, body), 0, "SHA256");
        DeclaredChecksum crc32 = new DeclaredChecksum(Algorithm.CRC32, hex(Algorithm.CRC32, body), 0, "CRC32");
        DeclaredChecksum wrong = new DeclaredChecksum(Algorithm.CRC32, "00000000", 0, "CRC32");

        assertThat(verdict(body, new Declared(List.of(sha256, crc32), null), null))
                .isEqualTo("sha256");
        assertThatThrownBy(() -> verdict(body, new Declared(List.of(sha256, wrong), null), null))
                .hasMessageContaining("CRC32");
    }

    @Test
    void anyEvenPartsThatTheServerTellsAreFoundRight() {
        qt().forAll(integers().between(2, 4_000), integers().between(1, 4_000)).checkAssert((size, chosen) -> {
            int each = Math.min(chosen, size - 1);
            byte[] body = body(size);
            List<Long> parts = even(size, each);
            Declared declared = DeclaredChecksum.ofEtag(etag(body, parts));
            BodyVerifier verifier = fed(body, declared, telling(parts));
            try {
                assertThat(verdict(verifier, body)).isEqualTo("multipart-md5");
            } catch (S3Failure e) {
                throw new AssertionError(e);
            }
            assertThat(verifier.parts()).isEqualTo(PartSizes.each(each));
        });
    }

    @Test
    void anyOtherPartsTooAndAChangedBodyIsFoundOut() {
        qt().forAll(
                        integers().between(1, 500),
                        integers().between(501, 900),
                        integers().between(1, 500))
                .checkAssert((first, second, third) -> {
                    byte[] body = body(first + second + third);
                    List<Long> parts = List.of((long) first, (long) second, (long) third);
                    Declared declared = DeclaredChecksum.ofEtag(etag(body, parts));
                    BodyVerifier verifier = fed(body, declared, telling(parts));
                    try {
                        assertThat(verdict(verifier, body)).isEqualTo("multipart-md5");
                    } catch (S3Failure e) {
                        throw new AssertionError(e);
                    }
                    assertThat(verifier.parts()).isEqualTo(PartSizes.all(parts));
                    assertThatThrownBy(() -> verdict(otherwise(body), declared, telling(parts)))
                            .isInstanceOf(S3Failure.Retriable.class);
                });
    }

    @Test
    void usualPartsAreFoundWithoutAskingAndRememberedForTheNext() throws S3Failure {
        byte[] body = body(11 * MIB);
        Declared declared = DeclaredChecksum.ofEtag(etag(body, even(11 * MIB, 5 * MIB)));
        BodyVerifier verifier = fed(body, declared, null);

        assertThat(verdictAtOnce(verifier)).isEqualTo("multipart-md5");
        assertThat(verifier.parts()).isEqualTo(PartSizes.each(5 * MIB));
        assertThat(inference.remembered(12 * MIB, 3)).isEqualTo(5 * MIB);
    }

    @Test
    void lessUsualPartsAreFoundByReadingTheBodyOnceMore() throws S3Failure {
        byte[] body = body(12 * MIB);
        BodyVerifier verifier = fed(body, DeclaredChecksum.ofEtag(etag(body, even(12 * MIB, 7 * MIB))), null);

        assertThat(verdict(verifier, body)).isEqualTo("multipart-md5");
        assertThat(verifier.parts()).isEqualTo(PartSizes.each(7 * MIB));
        assertThat(inference.remembered(12 * MIB, 2)).isEqualTo(7 * MIB);
        inference.right(7 * MIB);
        assertThat(inference.doubtful()).isEmpty();
    }

    @Test
    void whereNothingWasEverExplainedNothingIsGuessed() throws S3Failure {
        for (int i = 0; i < 3; i++) {
            inference.unexplained("bucket/" + i);
        }
        byte[] body = body(11 * MIB);
        Declared declared = DeclaredChecksum.ofEtag(etag(body, even(11 * MIB, 5 * MIB)));

        assertThat(verdictAtOnce(fed(body, declared, null))).isEqualTo(ManifestEntry.LENGTH);
    }

    @Test
    void theEvenPartsThatAServerTellsAreHashedAtOnce() throws S3Failure {
        byte[] body = body(100);
        Declared declared = DeclaredChecksum.ofEtag(etag(body, even(100, 40)));

        assertThat(verdictAtOnce(fed(body, declared, telling(even(100, 40))))).isEqualTo("multipart-md5");
        assertThatThrownBy(() -> verdictAtOnce(fed(otherwise(body), declared, telling(even(100, 40)))))
                .isInstanceOf(S3Failure.Retriable.class);
    }

    @Test
    void whatNoPartsExplainIsNoProofOfAnErrorButNamedWhereMostAreExplained() throws S3Failure {
        byte[] body = body(100);
        Declared declared = DeclaredChecksum.ofEtag(etag(body, List.of(10L, 70L, 20L)));

        // There is one usual way to make three parts of it, and that was hashed already.
        assertThat(verdictAtOnce(fed(body, declared, null))).isEqualTo(ManifestEntry.LENGTH);
        assertThat(inference.doubtful()).isEmpty();
        inference.right(5 * MIB);
        inference.right(5 * MIB);
        assertThat(inference.doubtful()).containsExactly("bucket/key");
    }

    @Test
    void anEtagOfOnePartIsTheHashOfTheHashOrMadeUp() throws S3Failure {
        byte[] body = body(100);

        assertThat(verdict(body, DeclaredChecksum.ofEtag(etag(body, List.of(100L))), null))
                .isEqualTo("multipart-md5");
        assertThat(verdict(body, DeclaredChecksum.ofEtag("0".repeat(32) + "-1"), null))
                .isEqualTo(ManifestEntry.LENGTH);
    }

    @Test
    void whatOnePartHashesToTellsNothingOfTheSizesOfParts() throws S3Failure {
        byte[] body = body(100);
        BodyVerifier verifier = fed(body, DeclaredChecksum.ofEtag(etag(body, List.of(100L))), null);

        assertThat(verdict(verifier, body)).isEqualTo("multipart-md5");
        assertThat(verifier.parts()).isEqualTo(PartSizes.each(100));
        assertThat(inference.remembered(100, 1)).isZero();
    }

    @Test
    void etagsOfOnePartAreNotHashedWhereTheServerMakesThemUp() throws S3Failure {
        byte[] body = body(100);
        for (int i = 0; i < 3; i++) {
            assertThat(verdict(body, DeclaredChecksum.ofEtag("0".repeat(32) + "-1"), null))
                    .isEqualTo(ManifestEntry.LENGTH);
        }
        assertThat(verdict(body, DeclaredChecksum.ofEtag(etag(body, List.of(100L))), null))
                .isEqualTo(ManifestEntry.LENGTH);
        // A checksum is never made up.
        DeclaredChecksum crc32 = new DeclaredChecksum(
                Algorithm.CRC32, hex(Algorithm.CRC32, HexFormat.of().parseHex(hex(Algorithm.CRC32, body))), 1, "CRC32");
        assertThat(verdict(body, new Declared(List.of(), crc32), null)).isEqualTo("multipart-crc32");
    }

    @Test
    void aServerIsNotAskedForPartsOfASizeThatWasRightBefore() throws S3Failure {
        inference.right(40);
        byte[] body = body(100);
        BodyVerifier.Parts silent = new BodyVerifier.Parts() {
            @Override
            public OptionalLong firstPart(int parts) {
                throw new AssertionError("asked for the first part");
            }

            @Override
            public List<Long> allParts(int parts) {
                throw new AssertionError("asked for all parts");
            }
        };
        assertThat(verdict(body, DeclaredChecksum.ofEtag(etag(body, even(100, 40))), silent))
                .isEqualTo("multipart-md5");
    }

    @Test
    void aWrongRememberedSizeIsFollowedByWhatTheServerTells() throws S3Failure {
        inference.right(40);
        byte[] body = body(100);
        BodyVerifier verifier = fed(body, DeclaredChecksum.ofEtag(etag(body, even(100, 35))), telling(even(100, 35)));

        assertThat(verdict(verifier, body)).isEqualTo("multipart-md5");
        assertThat(verifier.parts()).isEqualTo(PartSizes.each(35));
    }

    @Test
    void evenPartsThatTheServerTellsProveAChangedBody() {
        byte[] body = body(100);
        Declared declared = DeclaredChecksum.ofEtag(etag(body, even(100, 40)));

        assertThatThrownBy(() -> verdict(otherwise(body), declared, telling(even(100, 40))))
                .isInstanceOf(S3Failure.Retriable.class)
                .hasMessageContaining("corrupted");
    }

    @Test
    void aServerThatTellsOnlyTheFirstPartProvesNothingAgainstABody() throws S3Failure {
        byte[] body = body(100);
        Declared declared = DeclaredChecksum.ofEtag(etag(body, List.of(40L, 10L, 50L)));
        BodyVerifier verifier = fed(body, declared, tellingTheFirst(40));

        assertThat(verdict(verifier, body)).isEqualTo(ManifestEntry.LENGTH);
        assertThat(verifier.parts()).isNull();
    }

    /** A file that was written with other bytes than these shows which of the two is hashed. */
    @Test
    void partsThatLieOnTheDiskAreHashedThere(@TempDir Path folder) throws Exception {
        byte[] body = body(800_000);
        Declared declared = DeclaredChecksum.ofEtag(etag(body, even(800_000, 70_000)));
        Path file = Files.write(folder.resolve("body"), body);
        try (FileChannel open = FileChannel.open(file)) {
            BodyVerifier verifier = new BodyVerifier(
                    "bucket/key",
                    declared,
                    body.length,
                    inference,
                    telling(even(800_000, 70_000)),
                    new BodyVerifier.SideBySide(
                            open::read, new ParallelMd5(new LaneTrials(16, true, System::nanoTime), 1 << 20)));
            verifier.update(otherwise(body), 0, body.length);

            assertThat(verdict(verifier, body)).isEqualTo("multipart-md5");
            assertThat(verifier.sha256()).isEqualTo(hex(Algorithm.SHA256, otherwise(body)));
        }
    }

    @Test
    void theFirstPartIsEnoughWhereAllAreOfItsSizeAlsoAfterAWrongGuess() throws S3Failure {
        inference.right(40);
        byte[] body = body(100);
        Declared declared = DeclaredChecksum.ofEtag(etag(body, even(100, 35)));
        BodyVerifier verifier = fed(body, declared, tellingTheFirst(35));

        assertThat(verdict(verifier, body)).isEqualTo("multipart-md5");
        assertThat(verifier.parts()).isEqualTo(PartSizes.each(35));
    }

    @Test
    void aBodyThatLiesOnTheDiskIsHashedThereAsAWhole(@TempDir Path folder) throws Exception {
        byte[] body = body(100_000);
        Declared declared = DeclaredChecksum.ofEtag(hex(Algorithm.MD5, body));
        Path right = Files.write(folder.resolve("right"), body);
        Path wrong = Files.write(folder.resolve("wrong"), otherwise(body));
        ParallelMd5 md5 = new ParallelMd5(new LaneTrials(16, true, System::nanoTime), 1 << 20);
        try (FileChannel one = FileChannel.open(right);
                FileChannel other = FileChannel.open(wrong)) {
            BodyVerifier proven = new BodyVerifier(
                    "bucket/key", declared, body.length, inference, null, new BodyVerifier.SideBySide(one::read, md5));
            BodyVerifier refuted = new BodyVerifier(
                    "bucket/key",
                    declared,
                    body.length,
                    inference,
                    null,
                    new BodyVerifier.SideBySide(other::read, md5));

            assertThat(verdict(proven, body)).isEqualTo("md5");
            assertThatThrownBy(() -> verdict(refuted, body)).isInstanceOf(S3Failure.Retriable.class);
        }
    }

    @Test
    void ofAChecksumOfOnePartNothingIsMadeUp() {
        byte[] body = body(100);
        Declared declared = new Declared(List.of(), new DeclaredChecksum(Algorithm.CRC32, "00000000", 1, "CRC32"));

        assertThatThrownBy(() -> verdict(body, declared, null)).isInstanceOf(S3Failure.Retriable.class);
    }

    @Test
    void anEmptyBodyAndOneOfWhichNothingIsSaidNeedNoHash() throws S3Failure {
        assertThat(verdict(new byte[0], DeclaredChecksum.ofEtag("x"), null)).isEqualTo(ManifestEntry.EMPTY);
        assertThat(verdict(body(10), DeclaredChecksum.ofEtag("x"), null)).isEqualTo(ManifestEntry.LENGTH);
    }
}
