package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class S3BucketsTest {
    private static final String OLD = "20260101000000";
    private static final String NEW = "20260202000000";
    private static final String LONG = "a-bucket-with-a-name-as-long-as-s3-allows.any-bucket.to-have-1";

    @TempDir
    private Path data = Path.of("");

    private S3Buckets buckets;

    @BeforeEach
    void start() {
        buckets = new S3Buckets(() -> data, InstantSource.fixed(Instant.parse("2026-11-27T06:00:00Z")));
    }

    private void snapshot(String time, String... names) throws IOException {
        Path folder = data.resolve(Layout.SNAPSHOT_PREFIX + time);
        Files.createDirectories(folder.resolve("s3"));
        Files.writeString(Layout.certificate(folder), "{}");
        for (String name : names) {
            Files.createDirectories(Layout.tree(folder, name));
        }
    }

    private String found(String name) throws IOException {
        S3Buckets.Place place = buckets.find(name);
        return place.snapshot().name() + "/" + place.bucket();
    }

    private List<String> names(String prefix, int most) throws IOException {
        List<String> names = new ArrayList<>();
        String after = null;
        do {
            S3Buckets.Page page = buckets.list(prefix, after, most);
            assertThat(page.buckets()).hasSizeLessThanOrEqualTo(most);
            page.buckets().forEach(bucket -> names.add(bucket.name()));
            after = page.next();
        } while (after != null);
        return names;
    }

    @Test
    void aNameIsTheNewestOrThatOfATime() throws IOException {
        snapshot(OLD, "photos", "gone");
        snapshot(NEW, "photos");
        assertThat(found("photos")).isEqualTo("hublink_" + NEW + "/photos");
        assertThat(found("photos." + OLD)).isEqualTo("hublink_" + OLD + "/photos");
        assertThat(found("gone")).isEqualTo("hublink_" + OLD + "/gone");
        for (String none : List.of("gone." + NEW, "photos.20260303000000", "other", "photos.2026", "")) {
            assertThatThrownBy(() -> buckets.find(none)).as(none).hasMessageContaining("no bucket");
        }
    }

    @Test
    void everyNameThatIsListedIsLegalAndMeansOneBucketOnly() throws IOException {
        String[] odd = {"photos", "photos." + OLD, "photos--0123456789", LONG, "Photos_2", "a.b-c", "photos@work"};
        snapshot(OLD, odd);
        snapshot(NEW, odd);
        for (int most : List.of(1, 3, 1_000)) {
            List<String> names = names("", most);
            assertThat(names)
                    .doesNotHaveDuplicates()
                    .hasSize(3 * odd.length)
                    .allSatisfy(name -> assertThat(name).matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"))
                    .contains("photos", "photos." + OLD, "photos." + NEW, LONG);
            assertThat(names.stream()
                            .map(name -> {
                                try {
                                    return found(name);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            })
                            .distinct())
                    .as("the newest ones have two names each")
                    .hasSize(2 * odd.length);
        }
        assertThat(found(S3Buckets.name("photos." + OLD))).isEqualTo("hublink_" + NEW + "/photos." + OLD);
        assertThat(found("photos." + OLD)).isEqualTo("hublink_" + OLD + "/photos");
        assertThat(found(S3Buckets.name("photos@work"))).isEqualTo("hublink_" + NEW + "/photos@work");
        assertThat(S3Buckets.name("photos@work")).startsWith("photos-work--").hasSize(23);
        assertThat(S3Buckets.name(LONG, OLD)).hasSize(63);
    }

    @Test
    void aListMayBeginWithAPrefix() throws IOException {
        snapshot(OLD, "photos", "docs");
        assertThat(names("ph", 1)).containsExactly("photos", "photos." + OLD);
        assertThatThrownBy(() -> buckets.list("", "photos." + NEW, 10)).hasMessageContaining("list anew");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "../..",
                "s3",
                "..\\..",
                "photos/../photos",
                "/photos",
                "photos/",
                "photos\0",
                "...20260101000000",
                "..20260101000000",
                "--0123456789"
            })
    void noNameLeadsAnywhereElse(String name) throws IOException {
        snapshot(OLD, "photos");
        assertThatThrownBy(() -> buckets.find(name)).isInstanceOf(S3Refusal.class);
    }

    @Test
    void aLinkIsNoBucket(@TempDir Path elsewhere) throws IOException {
        snapshot(OLD, "photos");
        Files.createSymbolicLink(data.resolve("hublink_" + OLD).resolve("s3/linked"), elsewhere);
        assertThatThrownBy(() -> buckets.find("linked")).isInstanceOf(S3Refusal.class);
        assertThat(names("", 100)).containsExactly("photos", "photos." + OLD);
    }

    @Test
    void noBucketIsReachedThroughALink(@TempDir Path elsewhere) throws IOException {
        snapshot(OLD, "photos");
        Path trees = data.resolve("hublink_" + OLD).resolve("s3");
        Files.createDirectories(elsewhere.resolve("s3/photos"));
        Files.delete(trees.resolve("photos"));
        Files.delete(trees);
        Files.createSymbolicLink(trees, elsewhere.resolve("s3"));
        assertThatThrownBy(() -> buckets.find("photos")).isInstanceOf(S3Refusal.class);
    }

    @Test
    void whatIsGoneIsNamedAsItWasAskedFor() throws IOException {
        snapshot(OLD, "Photos_2");
        String alias = S3Buckets.name("Photos_2", OLD);
        S3Buckets.Place place = buckets.find(alias);
        Files.delete(data.resolve("hublink_" + OLD).resolve("s3/Photos_2"));
        assertThatThrownBy(place::requireThere).hasMessageContaining('"' + alias + '"');
    }
}
