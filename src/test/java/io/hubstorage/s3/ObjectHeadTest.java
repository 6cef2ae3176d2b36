package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.testkit.Examples;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ObjectHeadTest {
    private static ObjectHead head(String... headers) {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        return ObjectHead.of(all, 7);
    }

    @Test
    void everythingIsFoundWhateverTheCaseOfTheNames() {
        ObjectHead head = head(
                "ETag", "\"abc\"",
                "Last-Modified", "Thu, 15 Jan 2026 10:00:00 GMT",
                "X-Amz-Version-Id", "v1",
                "Content-Type", "text/plain",
                "expires", "never",
                "x-amz-meta-Mood", "good",
                "X-AMZ-META-empty", "",
                "x-amz-checksum-crc64nvme", "AAAAAAAAAAA=",
                "x-amz-checksum-type", "FULL_OBJECT",
                "Content-Length", "7");

        assertThat(head)
                .isEqualTo(new ObjectHead(
                        7,
                        "abc",
                        true,
                        Instant.parse("2026-01-15T10:00:00Z"),
                        new ObjectHead.Description(
                                "v1",
                                Map.of("content-type", "text/plain", "expires", "never"),
                                Map.of("Mood", "good", "empty", ""),
                                Map.of()),
                        new ObjectHead.Checksums(Map.of("CRC64NVME", "AAAAAAAAAAA="), "FULL_OBJECT")));
    }

    @Test
    void whatS3SaysOfEncryptionLockExpiryAndTagsIsKeptAsItSaysIt() {
        ObjectHead head = head(
                "X-Amz-Server-Side-Encryption", "aws:kms",
                "x-amz-server-side-encryption-bucket-key-enabled", "true",
                "x-amz-object-lock-mode", "COMPLIANCE",
                "x-amz-expiration", "expiry-date=\"Fri, 21 Dec 2029 00:00:00 GMT\", rule-id=\"r\"",
                "x-amz-tagging-count", "2",
                "x-amz-request-id", "of the answer, not of the object");

        assertThat(head.description().properties())
                .containsOnly(
                        Map.entry("x-amz-server-side-encryption", "aws:kms"),
                        Map.entry("x-amz-server-side-encryption-bucket-key-enabled", "true"),
                        Map.entry("x-amz-object-lock-mode", "COMPLIANCE"),
                        Map.entry("x-amz-expiration", "expiry-date=\"Fri, 21 Dec 2029 00:00:00 GMT\", rule-id=\"r\""),
                        Map.entry("x-amz-tagging-count", "2"));
        assertThat(head.hasTags()).isTrue();
        assertThat(head("x-amz-tagging-count", "0").hasTags()).isFalse();
    }

    @Test
    void whatIsMissingOrOddIsNothing() {
        ObjectHead head = head("last-modified", "yesterday", "x-amz-checksum-md17", "AA==");

        assertThat(head.etag()).isEmpty();
        assertThat(head.lastModified()).isEqualTo(Instant.EPOCH);
        assertThat(head.checksums()).isEqualTo(ObjectHead.Checksums.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sun, 06 Nov 1994 08:49:37 GMT | 1994-11-06T08:49:37Z",
                "Thu, 29 Feb 2024 23:59:59 GMT | 2024-02-29T23:59:59Z",
                "Wed, 1 Jan 2025 00:00:00 GMT  | 2025-01-01T00:00:00Z",
                "Thu, 15 Jan 2026 12:00:00 +0200 | 2026-01-15T10:00:00Z",
                "Fri, 15 Jan 2026 10:00:00 GMT | 1970-01-01T00:00:00Z",
                "Sat, 31 Dec 2016 23:59:60 GMT | 1970-01-01T00:00:00Z",
                "Thu- 15 Jan 2026 10:00:00 GMT | 1970-01-01T00:00:00Z",
                "Thu, 15 anF 2026 10:00:00 GMT | 1970-01-01T00:00:00Z",
                "Sun, 30 Feb 2025 10:00:00 GMT | 1970-01-01T00:00:00Z",
                "Thu, 15 Jan 2026 1x:00:00 GMT | 1970-01-01T00:00:00Z",
                "Thu, 15 Jan 2026 10:00:00 CET | 1970-01-01T00:00:00Z"
            })
    void aTimeIsReadAsHttpWritesIt(String sent, Instant meant) {
        assertThat(head("Last-Modified", sent).lastModified()).isEqualTo(meant);
    }

    @Test
    void everyTimeMeansWhatItMeansToJavaHoweverOdd() {
        DateTimeFormatter http = DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);
        // Seconds from 1900 to 2100; at twelve nothing is changed.
        qt().withExamples(Examples.upTo(20_000))
                .forAll(
                        longs().between(-2_208_988_800L, 4_102_444_800L),
                        integers().between(0, 28),
                        integers().between(0, 12))
                .check((second, at, with) -> {
                    StringBuilder text = new StringBuilder(http.format(Instant.ofEpochSecond(second)));
                    if (with < 12) {
                        text.setCharAt(at, "0123456 :GMT".charAt(with));
                    }
                    return head("Last-Modified", text.toString()).lastModified().equals(javas(text.toString()));
                });
    }

    private static Instant javas(String text) {
        try {
            return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
        } catch (DateTimeException none) {
            return Instant.EPOCH;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "x-amz-server-side-encryption, AES256, true",
        "x-amz-server-side-encryption, aws:kms, false",
        "x-amz-server-side-encryption, aws:kms:dsse, false",
        "x-amz-server-side-encryption-aws-kms-key-id, arn, false",
        "x-amz-server-side-encryption-customer-algorithm, AES256, false",
        "x-amz-storage-class, EXPRESS_ONEZONE, false",
        "x-amz-storage-class, GLACIER_IR, true"
    })
    void anEtagIsADigestUnlessS3EncryptsWithAnotherKeyOrTheBucketIsADirectory(
            String name, String value, boolean digest) {
        assertThat(head(name, value).etagIsDigest()).isEqualTo(digest);
    }
}
