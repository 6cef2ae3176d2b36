package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.s3.ListedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.BitSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PartialDownloadsTest {
    @TempDir
    Path home;

    private final PartialDownloads partials = new PartialDownloads();

    private static ListedObject film(String etag) {
        return new ListedObject("film", 30 << 20, etag, Instant.EPOCH, null, false);
    }

    private PartialDownloads.Partial partial(String name, ListedObject object) throws IOException {
        return new PartialDownloads.Partial(object, Files.createFile(home.resolve(name)), new BitSet(), null);
    }

    @Test
    void whatIsKeptIsGivenOutOnce() throws IOException {
        PartialDownloads.Partial kept = partial("draft", film("1"));
        partials.keep("run", "films", kept);

        assertThat(partials.take("run", "films", film("1"))).isSameAs(kept);
        assertThat(partials.take("run", "films", film("1"))).isNull();
        assertThat(home.resolve("draft")).exists();
    }

    @Test
    void bucketsAndKeysAreToldApart() throws IOException {
        partials.keep("run", "films", partial("draft", film("1")));

        assertThat(partials.take("run", "photos", film("1"))).isNull();
        assertThat(partials.take("run", "films", new ListedObject("other", 1, "1", Instant.EPOCH, null, false)))
                .isNull();
        assertThat(home.resolve("draft")).exists();
    }

    @Test
    void whoAsksForAnOlderObjectLeavesWhatThereIsOfTheNewOne() throws IOException {
        PartialDownloads.Partial kept = partial("draft", film("2"));
        partials.keep("run", "films", kept);

        assertThat(partials.take("run", "films", film("1"))).isNull();

        assertThat(partials.take("run", "films", film("2"))).isSameAs(kept);
        assertThat(home.resolve("draft")).exists();
    }

    @Test
    void ofAnObjectThatIsThereNothingIsLeft() throws IOException {
        partials.keep("run", "films", partial("draft", film("1")));

        partials.drop("run", "films", film("2"));

        assertThat(partials.take("run", "films", film("1"))).isNull();
        assertThat(home.resolve("draft")).doesNotExist();
    }

    @Test
    void anotherRunDropsIt() throws IOException {
        partials.keep("run", "films", partial("draft", film("1")));

        assertThat(partials.take("next", "films", film("1"))).isNull();

        assertThat(home.resolve("draft")).doesNotExist();
    }

    @Test
    void alsoWhenThatOneHasAllOfAnObject() throws IOException {
        partials.keep("run", "films", partial("draft", film("1")));

        partials.drop("next", "films", new ListedObject("other", 1, "1", Instant.EPOCH, null, false));

        assertThat(home.resolve("draft")).doesNotExist();
    }

    @Test
    void ofTwoOfOneObjectTheLaterStays() throws IOException {
        partials.keep("run", "films", partial("first", film("1")));
        PartialDownloads.Partial second = partial("second", film("1"));

        partials.keep("run", "films", second);

        assertThat(home.resolve("first")).doesNotExist();
        assertThat(partials.take("run", "films", film("1"))).isSameAs(second);
    }

    @Test
    void notMoreThanAThousandAreKept() throws IOException {
        for (int number = 0; number < 1_001; number++) {
            ListedObject object = new ListedObject("k" + number, 1, "1", Instant.EPOCH, null, false);
            partials.keep("run", "films", partial("k" + number, object));
        }

        try (Stream<Path> files = Files.list(home)) {
            assertThat(files).hasSize(1_000);
        }
        assertThat(home.resolve("k1000")).doesNotExist();
    }
}
