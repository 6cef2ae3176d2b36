package io.hubstorage.web.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Ends a connection at once, whatever is still to be sent. Vert.x's own {@code close()} first waits until the other side has
 * read what was written: for ever, if that is why it is closed. Nothing public of Vert.x does it. From any thread.
 */
public final class Disconnect {
    private Disconnect() {}

    public static void now(HttpConnection connection) {
        if (connection instanceof ConnectionBase known) {
            cut(known.channel());
        } else {
            connection.close();
        }
    }

    public static void now(NetSocket socket) {
        if (socket instanceof ConnectionBase known) {
            cut(known.channel());
        } else {
            socket.close();
        }
    }

    /** From the handler nearest to the network, so that none is asked that would flush. */
    private static void cut(Channel channel) {
        ChannelHandlerContext nearest = channel.pipeline().firstContext();
        ChannelFuture ignored = nearest == null ? channel.close() : nearest.close();
    }
}
