package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.testkit.BucketOptions;
import io.hubstorage.testkit.SyntheticObject;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CaseTest {
    @Test
    void aGroupStandsForItsCases() {
        assertThat(ids("main"))
                .containsExactly("small", "large", "mixed", "unchanged", "slow-lists", "latency", "faults");
        assertThat(ids("cost"))
                .containsExactly(
                        "unchanged", "million", "copy-1k", "copy-10k", "copy-100k", "copy-1m", "keys-1k", "keys-10k");
        assertThat(ids("restore")).containsExactly("restore-small", "restore-large");
        assertThat(ids("all"))
                .doesNotHaveDuplicates()
                .containsAll(ids("main"))
                .containsAll(ids("cost"))
                .containsAll(ids("restore"));
        assertThatThrownBy(() -> Case.named("tiny")).hasMessage("No such case: tiny");
    }

    @Test
    void whatTellsCostByTheKeyDiffersInNothingElse() {
        assertThat(Case.named("cost")).allSatisfy(each -> {
            assertThat(each.bucket().size()).isEqualTo("1KiB");
            assertThat(each.server()).isEmpty();
            assertThat(each.quick().tellsCostByKey()).isTrue();
        });
    }

    @Test
    void aCopyIsCheckedAgainstTheBodiesThatTheServerSends() {
        for (Case.Etags etags : Case.Etags.values()) {
            Case small = Case.named("mixed").getFirst().quick();
            BucketOptions served = BucketOptions.parse(small.arguments(etags));

            assertThat(small.contents().bucket(1).objects().map(SyntheticObject::seed))
                    .containsExactlyElementsOf(served.bucket(1)
                            .objects()
                            .map(SyntheticObject::seed)
                            .toList());
            assertThat(small.bytes())
                    .isEqualTo(served.bucket(1)
                            .objects()
                            .mapToLong(SyntheticObject::size)
                            .sum());
        }
    }

    @Test
    void onlyACopyOfAMillionObjectsIsNotRepeated() {
        assertThat(Case.ALL.stream().filter(each -> each.runs(5) != 5).map(Case::id))
                .containsExactly("copy-1m");
    }

    private static List<String> ids(String name) {
        return Case.named(name).stream().map(Case::id).toList();
    }
}
