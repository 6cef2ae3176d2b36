package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.hubstorage.testkit.Examples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quicktheories.QuickTheory;
import org.quicktheories.generators.SourceDSL;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

final class RefusalTest {
    private static final String SLOW_DOWN = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<Error><Code>SlowDown</Code><Message>Less &lt;please&gt; &#233;</Message><HostId>x</HostId></Error>";

    private static AwsServiceException refusal(String text) {
        return Refusal.of(503, Map.of("Retry-After", List.of("7")), text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertSaysNothing(String text) {
        AwsServiceException refusal = refusal(text);
        assertThat(refusal.statusCode()).isEqualTo(503);
        assertThat(refusal.awsErrorDetails().errorCode()).isEmpty();
        assertThat(refusal.awsErrorDetails().errorMessage()).isEmpty();
    }

    @Test
    void whatS3SaysIsInTheException() {
        AwsServiceException refusal = refusal(SLOW_DOWN);

        assertThat(refusal.statusCode()).isEqualTo(503);
        assertThat(refusal.awsErrorDetails().serviceName()).isEqualTo("S3");
        assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("SlowDown");
        assertThat(refusal.awsErrorDetails().errorMessage()).isEqualTo("Less <please> é");
        assertThat(refusal.awsErrorDetails().sdkHttpResponse().firstMatchingHeader("retry-after"))
                .contains("7");
    }

    @Test
    void aNamespaceChangesNothingAndOfTwoCodesTheFirstCounts() {
        AwsServiceException refusal = refusal("<a:Error xmlns:a=\"http://s3.example\">"
                + "<a:Code><![CDATA[Access]]>Denied</a:Code><a:Code>SlowDown</a:Code></a:Error>");

        assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("AccessDenied");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Service Unavailable",
                "<html><head><title>503</title></head><body><Code>SlowDown</Code></body></html>",
                "<ListBucketResult><Code>SlowDown</Code></ListBucketResult>",
                "{\"Code\":\"SlowDown\"}",
            })
    void whatIsNoErrorOfS3SaysNothing(String text) {
        assertSaysNothing(text);
    }

    @Test
    void ofWhatIsCutOffCountsWhatCouldBeRead() {
        int code = SLOW_DOWN.indexOf("</Code>") + "</Code>".length();

        AwsServiceException refusal = refusal(SLOW_DOWN.substring(0, code + 12));

        assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("SlowDown");
        assertThat(refusal.awsErrorDetails().errorMessage()).isEmpty();
    }

    @Test
    void noFileOfThisMachineIsReadForAServer(@TempDir Path folder) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "TOP-SECRET");

        AwsServiceException refusal = refusal("<!DOCTYPE Error [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]>"
                + "<Error><Code>AccessDenied</Code><Message>&x;</Message></Error>");

        assertThat(refusal.statusCode()).isEqualTo(503);
        assertThat(refusal.toString()).doesNotContain("TOP-SECRET");
        assertThat(String.valueOf(refusal.awsErrorDetails().errorMessage())).doesNotContain("TOP-SECRET");
    }

    @Test
    void entitiesThatMultiplyEachOtherAreNotExpanded() {
        String entities = IntStream.range(1, 12)
                .mapToObj(i -> "<!ENTITY e%d \"%s\">".formatted(i, ("&e" + (i - 1) + ";").repeat(10)))
                .collect(Collectors.joining());

        AwsServiceException refusal = refusal("<!DOCTYPE Error [<!ENTITY e0 \"ha\">" + entities
                + "]><Error><Code>SlowDown</Code><Message>&e11;</Message></Error>");

        assertThat(String.valueOf(refusal.awsErrorDetails().errorMessage())).hasSizeLessThan(100);
    }

    @Test
    void whateverComesARefusalIsMadeOfIt() {
        byte[] whole = SLOW_DOWN.getBytes(StandardCharsets.UTF_8);
        QuickTheory.qt()
                .withExamples(Examples.upTo(500))
                .forAll(
                        SourceDSL.integers().between(0, whole.length - 1),
                        SourceDSL.integers().between(-128, 127))
                .checkAssert((place, value) -> {
                    byte[] damaged = whole.clone();
                    damaged[place] = value.byteValue();
                    assertThatCode(() -> Refusal.of(503, Map.of(), damaged)).doesNotThrowAnyException();
                });
    }
}
