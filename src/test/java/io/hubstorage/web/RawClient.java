package io.hubstorage.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** A connection on which exactly those bytes go to the server that a test says, without a library's good manners. */
final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket = new Socket();

    RawClient(int port) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /**
     * All that came back until the server closed the connection.
     *
     * @param closed false when nothing more came for a long time instead
     */
    record Reply(String text, boolean closed) {
        /** Of the first answer; 0 when there is none. */
        int status() {
            return text.matches("(?s)HTTP/1\\.[01] \\d{3} .*") ? Integer.parseInt(text.substring(9, 12)) : 0;
        }

        /** The lines of the first answer's head, without the first. */
        List<String> headers() {
            return text.substring(0, Math.max(0, text.indexOf("\r\n\r\n")))
                    .lines()
                    .skip(1)
                    .toList();
        }

        /** Those of one name, in lower case. */
        List<String> headers(String name) {
            return headers().stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                    .toList();
        }

        String body() {
            return text.substring(Math.max(0, text.indexOf("\r\n\r\n")));
        }
    }

    /** Sends one request and reads the answer to its end. */
    static Reply exchange(int port, String request) throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send(request);
            return client.read();
        }
    }

    /** GETs exactly this target. */
    static Reply get(int port, String target) throws IOException {
        return exchange(port, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    }

    /** One character a byte. */
    void send(String bytes) throws IOException {
        send(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /**
     * Sends the same over and over.
     *
     * @return how many bytes the server took until it wanted no more, or {@code most}
     */
    long sendEndlessly(byte[] bytes, long most) {
        long sent = 0;
        try {
            while (sent < most) {
                send(bytes);
                sent += bytes.length;
            }
        } catch (IOException refused) {
            return sent;
        }
        return sent;
    }

    /** Reads until the server closes; one character a byte. */
    Reply read() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean closed = true;
        try {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                bytes.write(buffer, 0, count);
            }
        } catch (SocketTimeoutException e) {
            closed = false;
        } catch (IOException reset) {
            // Closed as well.
        }
        return new Reply(bytes.toString(StandardCharsets.ISO_8859_1), closed);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
