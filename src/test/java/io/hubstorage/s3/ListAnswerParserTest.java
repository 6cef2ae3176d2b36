package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.testkit.Examples;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.RestoreStatus;
import software.amazon.awssdk.services.s3.model.S3Object;

final class ListAnswerParserTest {
    private static final String STILL_ENCODED = "still encoded";
    private static final OneAnswer SERVER = new OneAnswer();
    private static final S3AsyncClient SDK = S3AsyncClient.builder()
            .region(Region.EU_CENTRAL_1)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .httpClient(SERVER)
            .overrideConfiguration(with ->
                    with.addExecutionInterceptor(new ListRequests()).addExecutionInterceptor(new StillEncoded()))
            .build();

    @AfterAll
    static void close() {
        SDK.close();
    }

    @Test
    void everyPageSaysTheSameToUsAsToTheSdk() {
        qt().withExamples(Examples.upTo(1_000)).forAll(longs().all()).checkAssert(seed -> {
            byte[] xml = new RandomPage(seed).xml().getBytes(StandardCharsets.UTF_8);
            try {
                assertThat(ours(xml)).isEqualTo(theirs(xml));
            } catch (XMLStreamException e) {
                throw new AssertionError(new String(xml, StandardCharsets.UTF_8), e);
            }
        });
    }

    @Test
    void aPageThatIsCutOffAnywhereIsNotBelieved() {
        String xml = page("<Contents><Key>a&amp;b</Key><Size>1</Size></Contents><IsTruncated>false</IsTruncated>");
        for (int end = 1; end < xml.length(); end++) {
            byte[] cut = xml.substring(0, end).getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> ours(cut)).isInstanceOf(XMLStreamException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<Key>a\u0001</Key>",
                "<Key>&#1;</Key>",
                "<Key>a&b</Key>",
                "<Key>&unknown;</Key>",
                "<Key>a</Keys>",
                // Bytes as characters: a lone surrogate, U+FFFE, half a character.
                "<Key>\u00ed\u00a0\u0080</Key>",
                "<Key>\u00ef\u00bf\u00be</Key>",
                "<Key>\u00c3</Key>",
                "<x:Key>a</x:Key>",
                "<Key a='1' a='2'>a</Key>"
            })
    void whatIsNoXmlIsUnreadableToUsAndToTheSdk(String broken) {
        byte[] xml = page("<Contents>" + broken + "</Contents>").getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> ours(xml)).isInstanceOf(XMLStreamException.class);
        assertThatThrownBy(() -> theirs(xml)).hasMessageContaining("Could not parse XML response");
    }

    @Test
    void aDocumentTypeExpandsNothingAndReadsNoFile() throws XMLStreamException {
        String type = "<!DOCTYPE r [<!ENTITY a 'xxxx'><!ENTITY b '&a;&a;'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>";
        assertThat(parse(type + page("<Name>n</Name>"))).isNotNull().matches(ListAnswer::listing);
        for (String entity : new String[] {"&a;", "&b;", "&f;"}) {
            assertThatThrownBy(() -> parse(type + page("<Contents><Key>" + entity + "</Key></Contents>")))
                    .isInstanceOf(XMLStreamException.class);
        }
    }

    @Test
    void aCommentInAKeyIsNoPartOfItAndCutsNothingOff() throws XMLStreamException {
        assertThat(item("<Key>a<!-- b -->c<?d e?>f</Key>").key()).isEqualTo("acf");
    }

    @Test
    void whatIsNoNumberAndNoTimeIsMissing() throws XMLStreamException {
        for (String none : new String[] {"", " 1", "1.5", "0x1", "9223372036854775808", "1e3", "-1"}) {
            assertThat(item("<Size>%s</Size>".formatted(none)).size()).isNegative();
        }
        for (String none : new String[] {"", "yesterday", "2026-02-32T00:00:00Z", "2026-01-01"}) {
            assertThat(item("<LastModified>%s</LastModified>".formatted(none)).modified())
                    .isNull();
        }
        assertThat(item("").size()).isNegative();
    }

    @Test
    void timesOfOddServersAreUnderstood() throws XMLStreamException {
        Instant time = Instant.parse("2026-01-02T03:04:05Z");
        for (String text : new String[] {
            "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05+0000"
        }) {
            assertThat(item("<LastModified>%s</LastModified>".formatted(text)).modified())
                    .isEqualTo(time);
        }
    }

    @Test
    void aPageInAnotherEncodingIsUnderstood() throws XMLStreamException {
        String xml = page("<Contents><Key>ü</Key></Contents>");
        for (Charset charset : new Charset[] {StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16}) {
            byte[] bytes = "<?xml version='1.0' encoding='%s'?>"
                    .formatted(charset.name())
                    .concat(xml)
                    .getBytes(charset);
            assertThat(ours(bytes).contents()).extracting(ListAnswer.Item::key).containsExactly("ü");
        }
    }

    @Test
    void anErrorIsLeftToTheSdkWhateverItsStatus() throws XMLStreamException {
        String error = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        assertThat(parse(error)).isNull();
        SERVER.body = error.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ListRequests.send(SDK, request()).await("Listing"))
                .isInstanceOf(S3Failure.class)
                .hasMessageContaining("AccessDenied");
    }

    @Test
    void anAnswerThatIsNoListingSaysSo() throws Exception {
        for (String other : new String[] {"", "<html><body>Welcome</body></html>", "<ListBucketResult/>"}) {
            SERVER.body = other.getBytes(StandardCharsets.UTF_8);
            assertThat(ListRequests.send(SDK, request()).await("Listing").listing())
                    .isFalse();
        }
    }

    @Test
    void aPageWithoutEndIsNotKept() {
        SERVER.body = new byte[1 << 20];
        SERVER.times = 100;
        try {
            assertThatThrownBy(() -> ListRequests.send(SDK, request()).await("Listing"))
                    .isInstanceOfSatisfying(
                            S3Failure.Retriable.class,
                            failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.UNREADABLE))
                    .hasMessageContaining("longer than 64 MiB");
        } finally {
            SERVER.times = 1;
        }
    }

    private static ListAnswer.Item item(String fields) throws XMLStreamException {
        ListAnswer answer = parse(page("<Contents>" + fields + "</Contents>"));
        assertThat(answer).isNotNull();
        return answer.contents().getFirst();
    }

    private static String page(String inside) {
        return "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + inside + "</ListBucketResult>";
    }

    private static @Nullable ListAnswer parse(String xml) throws XMLStreamException {
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        return ListAnswerParser.parse(bytes, bytes.length);
    }

    private static ListAnswer ours(byte[] xml) throws XMLStreamException {
        ListAnswer answer = ListAnswerParser.parse(xml, xml.length);
        assertThat(answer).isNotNull();
        return answer;
    }

    /** What the SDK's own unmarshaller makes of it. */
    private static ListAnswer theirs(byte[] xml) {
        SERVER.body = xml;
        ListObjectsV2Response page;
        try {
            page = SDK.listObjectsV2(request().build()).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        return new ListAnswer(
                page.name() != null || page.isTruncated() != null || page.hasContents(),
                STILL_ENCODED.equals(page.encodingTypeAsString()),
                Boolean.TRUE.equals(page.isTruncated()),
                page.nextContinuationToken(),
                page.contents().stream().map(ListAnswerParserTest::item).toList(),
                page.commonPrefixes().stream()
                        .map(CommonPrefix::prefix)
                        .filter(Objects::nonNull)
                        .toList());
    }

    private static ListAnswer.Item item(S3Object object) {
        RestoreStatus restore = object.restoreStatus();
        return new ListAnswer.Item(
                object.key(),
                Optional.ofNullable(object.size()).orElse(-1L),
                ObjectHead.bareEtag(object.eTag()),
                object.lastModified(),
                object.storageClassAsString(),
                restore != null
                        && restore.restoreExpiryDate() != null
                        && !Boolean.TRUE.equals(restore.isRestoreInProgress()));
    }

    private static ListObjectsV2Request.Builder request() {
        return ListObjectsV2Request.builder().bucket("things");
    }

    /** Keeps the SDK from decoding keys, which is not the parser's business. */
    private static final class StillEncoded implements ExecutionInterceptor {
        @Override
        public SdkResponse modifyResponse(Context.ModifyResponse context, ExecutionAttributes attributes) {
            return context.response() instanceof ListObjectsV2Response page && "url".equals(page.encodingTypeAsString())
                    ? page.toBuilder().encodingType(STILL_ENCODED).build()
                    : context.response();
        }
    }

    /** In the network's place: whatever is asked, the answer is 200 and this body. */
    private static final class OneAnswer implements SdkAsyncHttpClient {
        private volatile byte[] body = {};
        private volatile int times = 1;

        @Override
        public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
            request.responseHandler()
                    .onHeaders(SdkHttpResponse.builder().statusCode(200).build());
            ByteBuffer whole = ByteBuffer.wrap(body);
            request.responseHandler()
                    .onStream(SdkPublisher.fromIterable(java.util.Collections.nCopies(times, whole))
                            .map(ByteBuffer::duplicate));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
    }
}
