package io.hubstorage.s3;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** An answer that is a refusal, as the exception that the SDK would make of it: one table says what those mean. */
final class Refusal {
    private Refusal() {}

    /** @param text of the answer, which need not be XML, nor whole */
    static AwsServiceException of(int status, Map<String, List<String>> headers, byte[] text) {
        Map<String, String> said = texts(text);
        String message = said.getOrDefault("Message", "");
        return S3Exception.builder()
                .message(message)
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("S3")
                        .errorCode(said.getOrDefault("Code", ""))
                        .errorMessage(message)
                        .sdkHttpResponse(SdkHttpFullResponse.builder()
                                .statusCode(status)
                                .headers(headers)
                                .build())
                        .build())
                .build();
    }

    /** The texts of {@code <Error>}'s elements, of each name the first; none where it is something else, a proxy's page for example. */
    private static Map<String, String> texts(byte[] xml) {
        Map<String, String> texts = new TreeMap<>();
        try {
            XMLStreamReader reader = ListAnswerParser.reader(xml, xml.length);
            if (reader.nextTag() != XMLStreamConstants.START_ELEMENT
                    || !reader.getLocalName().equals("Error")) {
                return Map.of();
            }
            while (reader.nextTag() == XMLStreamConstants.START_ELEMENT) {
                texts.putIfAbsent(reader.getLocalName(), reader.getElementText());
            }
        } catch (XMLStreamException | RuntimeException unreadable) {
            // What could be read counts; however the parser stumbles, the answer stays a refusal.
        }
        return texts;
    }
}
