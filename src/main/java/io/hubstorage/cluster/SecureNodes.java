package io.hubstorage.cluster;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.server.ServerContext;
import java.util.function.Function;

/** Hazelcast as it is, but for its connections, all of which are secured. */
final class SecureNodes extends DefaultNodeContext {
    /** More than any cluster opens at once. */
    private static final int MOST_PENDING = 128;

    private static final long HANDSHAKE_MILLIS = 5_000;

    private final Identity identity;

    SecureNodes(Identity identity) {
        this.identity = identity;
    }

    @Override
    public NodeExtension createNodeExtension(Node node) {
        return new Secured(node);
    }

    private final class Secured extends DefaultNodeExtension {
        Secured(Node node) {
            super(node);
        }

        @Override
        public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(ServerContext context) {
            Function<EndpointQualifier, ChannelInitializer> plain = super.createChannelInitializerFn(context);
            TlsChannel.PendingHandshakes pending = new TlsChannel.PendingHandshakes(MOST_PENDING, HANDSHAKE_MILLIS);
            return qualifier -> TlsChannel.securing(plain.apply(qualifier), identity, pending);
        }

        @Override
        protected void createAndSetPhoneHome() {
            // Nothing is reported to the makers of Hazelcast, neither at the start …
        }

        @Override
        public void sendPhoneHome() {
            // … nor later.
        }

        @Override
        public void printNodeInfo() {
            // Cluster has one line of its own for that.
        }
    }
}
