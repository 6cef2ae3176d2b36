package io.hubstorage.notify.channels;

import io.hubstorage.testkit.TestCertificates;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.parsetools.RecordParser;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * TLS before a mail server that has none, by STARTTLS or from the first byte on: after it every byte goes to and from the real
 * server. The certificate is of {@code localhost}.
 */
final class TlsFront implements AutoCloseable {
    /** What clients said in the clear. */
    final List<String> inTheClear = new CopyOnWriteArrayList<>();

    private final Vertx vertx;
    private final NetServer server;
    private final int behind;
    private final boolean offersTls;

    /** @param offersTls whether it knows STARTTLS, where it is not encrypted from the start */
    TlsFront(Vertx vertx, int behind, boolean fromTheStart, boolean offersTls) throws Exception {
        this.vertx = vertx;
        this.behind = behind;
        this.offersTls = offersTls;
        server = vertx.createNetServer(new NetServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(0)
                        .setSsl(fromTheStart)
                        .setKeyCertOptions(certificate()))
                .connectHandler(socket -> {
                    if (fromTheStart) {
                        pipe(socket, false);
                    } else {
                        negotiate(socket);
                    }
                })
                .listen()
                .await(60, TimeUnit.SECONDS);
    }

    private static PfxOptions certificate() {
        return new PfxOptions()
                .setPath(TestCertificates.get().keyStore().toString())
                .setPassword(TestCertificates.PASSWORD);
    }

    private void negotiate(NetSocket socket) {
        socket.write("220 front ready\r\n");
        socket.handler(RecordParser.newDelimited("\r\n", line -> {
            String said = line.toString();
            inTheClear.add(said);
            if (said.startsWith("EHLO")) {
                socket.write(offersTls ? "250-front\r\n250 STARTTLS\r\n" : "250 front\r\n");
            } else if (said.equals("STARTTLS")) {
                // The answer goes along, so that nothing of the client's handshake comes before there is somebody to
                // read it.
                socket.upgradeToSsl(
                                new ServerSSLOptions().setKeyCertOptions(certificate()),
                                Buffer.buffer("220 go ahead\r\n"))
                        .onSuccess(_ -> pipe(socket, true));
            } else {
                socket.write("221 bye\r\n").onComplete(_ -> socket.close());
            }
        }));
    }

    /** @param greeted whether the client has had a greeting already, so that the real server's is left out */
    private void pipe(NetSocket socket, boolean greeted) {
        socket.pause();
        vertx.createNetClient().connect(behind, "127.0.0.1").onSuccess(real -> {
            boolean[] silent = {greeted};
            real.handler(data -> {
                Buffer rest = data;
                if (silent[0]) {
                    silent[0] = false;
                    rest = data.getBuffer(data.toString().indexOf('\n') + 1, data.length());
                }
                socket.write(rest);
            });
            real.closeHandler(_ -> socket.close());
            socket.closeHandler(_ -> real.close());
            socket.handler(real::write);
            socket.resume();
        });
    }

    int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        try {
            server.close().await(60, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("it did not close", e);
        }
    }
}
