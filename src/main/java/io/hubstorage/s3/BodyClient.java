package io.hubstorage.s3;

import io.hubstorage.s3.BodyConnections.Connection;
import io.hubstorage.s3.BodyConnections.Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.TrustManager;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.MessageSupport;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * GETs of bodies past the SDK's pipeline, which costs a small object more than everything else that is done for it. The SDK's
 * signer signs them; HttpCore sends them over plain sockets and reads the answers on the thread that asks, which belongs to be
 * a virtual one. So a body needs no event loop, no queue, and nobody to wake its reader: TCP holds the server back, and what has
 * been read is still in the processor's cache when it is hashed and written. Only for buckets whose {@link BucketPlaces place} an
 * earlier request of the SDK has shown; whatever is unusual stays the SDK's. Thread-safe.
 */
final class BodyClient implements AutoCloseable {
    /** Of a refusal; what S3 says has a few hundred bytes. */
    private static final int REFUSAL = 64 * 1024;
    /** Of answers before the answer (1xx). */
    private static final int MOST_INTERIM = 8;

    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final String agent;
    private final BodyConnections connections;
    private final Duration silence;

    /**
     * Connects to nothing yet.
     *
     * @param agent who asks, for the server's log
     * @param trusted who may vouch for servers; null for the authorities that Java knows
     */
    BodyClient(String agent, NettyTransport.Limits limits, @Nullable TrustManager trusted) {
        this.agent = agent;
        this.connections = new BodyConnections(limits, trusted);
        this.silence = limits.silence();
    }

    /**
     * Asks for an object, or a range of it, and waits for the answer; an interrupt closes the connection.
     *
     * @param headers beside those that every request has
     * @throws software.amazon.awssdk.core.exception.SdkException a refusal, as the SDK's client would tell it
     * @throws IOException what broke the connection; the server's silence too
     */
    Body get(BucketPlaces.Place place, String key, AwsCredentials credentials, Map<String, String> headers)
            throws IOException, InterruptedException {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (header.getValue().chars().anyMatch(BodyClient::isControl)) {
                throw SdkClientException.create(header.getKey() + " would hold a control character");
            }
        }
        SdkHttpRequest signed = sign(place, key, credentials, headers);
        Server server = new Server(place.isSecure(), signed.host(), signed.port());
        ClassicHttpRequest request = new BasicClassicHttpRequest("GET", null, null, signed.encodedPath());
        signed.forEachHeader((name, values) -> values.forEach(value -> request.addHeader(name, value)));
        Connection waiting = connections.waiting(server);
        if (waiting != null) {
            try {
                return ask(waiting, request);
            } catch (NoHttpResponseException | SocketException closedMeanwhile) {
                // To ask once more harms nobody, and a new connection shows what is the matter, if anything is.
                requireNoInterrupt(closedMeanwhile);
            }
        }
        try {
            return ask(connections.connect(server), request);
        } catch (SocketException broken) {
            requireNoInterrupt(broken);
            throw broken;
        }
    }

    /** What would end a header; an ETag of a listing can hold anything. */
    private static boolean isControl(int character) {
        return (character < ' ' && character != '\t') || character == 0x7F;
    }

    private SdkHttpRequest sign(
            BucketPlaces.Place place, String key, AwsCredentials credentials, Map<String, String> headers) {
        SdkHttpRequest.Builder request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.GET)
                .protocol(place.server().getScheme())
                .host(place.server().getHost())
                .port(place.server().getPort())
                .encodedPath(place.path() + '/' + SdkHttpUtils.urlEncodeIgnoreSlashes(key));
        headers.forEach(request::putHeader);
        request.putHeader("User-Agent", agent);
        return signer.sign(sign -> sign.identity(credentials)
                        .request(request.build())
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, place.region())
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.offset(Clock.systemUTC(), place.ahead())))
                .request();
    }

    /** A socket that an interrupt has closed tells it as a fault of the connection. */
    private static void requireNoInterrupt(IOException broken) throws InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException stopped = new InterruptedException("interrupted while S3 was asked");
            stopped.initCause(broken);
            throw stopped;
        }
    }

    private Body ask(Connection connection, ClassicHttpRequest request) throws IOException, InterruptedException {
        boolean begun = false;
        try {
            connection.sendRequestHeader(request);
            connection.flush();
            ClassicHttpResponse answer = connection.receiveResponseHeader();
            for (int interim = 0; answer.getCode() < HttpStatus.SC_SUCCESS; interim++) {
                if (interim == MOST_INTERIM) {
                    throw new IOException("the server goes on announcing an answer");
                }
                answer = connection.receiveResponseHeader();
            }
            if (MessageSupport.canResponseHaveBody(request.getMethod(), answer)) {
                connection.receiveResponseEntity(answer);
            }
            Received body = new Received(connection, request, answer);
            begun = true;
            if (answer.getCode() / 100 != 2) {
                throw body.refusal();
            }
            return body;
        } catch (HttpException | IllegalArgumentException noHttp) {
            throw new IOException(noHttp.getMessage(), noHttp);
        } finally {
            if (!begun) {
                connections.drop(connection);
            }
        }
    }

    /** The rest of an answer, whose connection is kept for the next request when all of it has come. */
    private final class Received implements Body {
        private final ClassicHttpResponse answer;
        private final boolean reusable;
        private final InputStream bytes;
        private @Nullable Connection connection;

        Received(Connection connection, ClassicHttpRequest request, ClassicHttpResponse answer) throws IOException {
            this.connection = connection;
            this.answer = answer;
            this.reusable =
                    DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, answer, HttpCoreContext.create());
            HttpEntity entity = answer.getEntity();
            this.bytes = entity == null ? InputStream.nullInputStream() : entity.getContent();
        }

        @Override
        public Map<String, List<String>> headers() {
            Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (Header header : answer.getHeaders()) {
                headers.computeIfAbsent(header.getName(), _ -> new ArrayList<>(1))
                        .add(header.getValue());
            }
            return headers;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException, InterruptedException {
            int count;
            try {
                count = bytes.read(into, offset, length);
            } catch (SocketException broken) {
                requireNoInterrupt(broken);
                throw broken;
            }
            if (count < 0) {
                end(reusable);
            }
            return count;
        }

        @Override
        public void cancel() {
            end(false);
        }

        private void end(boolean fit) {
            Connection open = connection;
            connection = null;
            if (open != null && fit) {
                connections.keep(open);
            } else if (open != null) {
                connections.drop(open);
            }
        }

        /** Its status alone says what to do, whether or not its text comes whole. */
        RuntimeException refusal() throws InterruptedException {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] some = new byte[4 * 1024];
            long deadline = System.nanoTime() + silence.toNanos();
            try {
                int count = 0;
                while (count >= 0 && text.size() < REFUSAL && System.nanoTime() < deadline) {
                    text.write(some, 0, count);
                    count = read(some, 0, some.length);
                }
            } catch (IOException cutOff) {
                // What has come counts.
            } finally {
                cancel();
            }
            return Refusal.of(answer.getCode(), headers(), text.toByteArray());
        }
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        connections.close();
    }
}
