package io.hubstorage.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.testkit.AwkwardKeys;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers that are made of what strangers chose. */
final class DispositionTest {
    private static final Pattern FORM = Pattern.compile("attachment; filename=\"([ !#-\\[\\]-~]*)\";"
            + " filename\\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+)");

    @Test
    void noNameWhateverItHoldsLeavesItsPlaceInTheHeader() {
        for (String key : AwkwardKeys.all()) {
            String header = Disposition.attachment(key);
            Matcher form = FORM.matcher(header);
            assertThat(form.matches()).as(header).isTrue();
            String name = URLDecoder.decode(form.group(2).replace("+", "%2B"), StandardCharsets.UTF_8);
            assertThat(name).as(key).isNotEmpty().doesNotContainPattern("[\\p{Cc}\\p{Cf}/\\\\]");
            assertThat(name.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(240);
            assertThat(List.of(".", "..")).doesNotContain(name);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain.txt|attachment; filename=\"plain.txt\"; filename*=UTF-8''plain.txt",
                "a b%20.txt|attachment; filename=\"a b_20.txt\"; filename*=UTF-8''a%20b%2520.txt",
                "é.txt|attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%A9.txt"
            })
    void anOrdinaryNameIsKept(String name, String header) {
        assertThat(Disposition.attachment(name)).isEqualTo(header);
    }

    @Test
    void aLineBreakAndAQuoteBecomeHarmless() {
        assertThat(Disposition.attachment("a\r\nSet-Cookie: x=\"y\"; z\u202egpj.exe"))
                .isEqualTo("attachment; filename=\"a__Set-Cookie: x=_y_; z_gpj.exe\";"
                        + " filename*=UTF-8''a__Set-Cookie%3A%20x%3D%22y%22%3B%20z_gpj.exe");
    }

    @Test
    void aLongNameKeepsItsEnding() {
        String header = Disposition.attachment("😀".repeat(300) + ".jpeg");
        assertThat(header).endsWith("%98%80.jpeg").contains("_.jpeg\"");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-4, 10, 0, 5",
        "bytes=5-, 10, 5, 5",
        "bytes=5-100, 10, 5, 5",
        "bytes=-3, 10, 7, 3",
        "bytes=-30, 10, 0, 10",
        "bytes=9-9, 10, 9, 1"
    })
    void aRangeIsRead(String header, long size, long first, long length) {
        assertThat(FileRange.of(header, size)).isEqualTo(new FileRange(first, length));
    }

    @ParameterizedTest
    @CsvSource({"lines=1-2", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1;3-4", "'bytes=0-1,3-4'", "bytes=a-b"})
    void whatIsNoSingleRangeMeansTheWholeFile(String header) {
        assertThat(FileRange.of(header, 10)).isNull();
        assertThat(FileRange.of(null, 10)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"bytes=10-, 10", "bytes=10-20, 10", "bytes=-0, 10", "bytes=0-, 0"})
    void aRangeBehindTheEndIsRefused(String header, long size) {
        assertThatThrownBy(() -> FileRange.of(header, size))
                .isInstanceOfSatisfying(
                        HttpProblem.class,
                        problem -> assertThat(problem.status()).isEqualTo(416));
    }
}
