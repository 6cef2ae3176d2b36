package io.hubstorage.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.spi.MemberAddressProvider;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;
import io.hubstorage.config.ClusterSettings;
import io.hubstorage.config.ClusterSettings.Place;
import io.hubstorage.config.ClusterSettings.Role;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PfxOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process as a member of a cluster, and the Vert.x that reaches all of it. By Hazelcast members find each other and know who listens
 * where; messages go from one Vert.x to the other without it. Both speak TLS with the same {@link Identity}.
 */
public final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private static final String NAME = "hubstorage";
    private static final String ROLE = "hubstorage.role";
    private static final String MEMBER_NAME = "hubstorage.name";
    /** What the cluster manager of Vert.x knows a member by. */
    private static final String NODE_ID = "__vertx.nodeId";

    /** Longer than it takes until a member that says nothing is taken for gone. */
    private static final Duration GONE = Duration.ofSeconds(20);

    private static final long LOOK_MILLIS = 200;
    private static final int HANDSHAKE_SECONDS = 5;
    private static final int PING_MILLIS = 5_000;
    /** Members whose network was cut do not look for each other by themselves: who is left without a service joins anew. */
    private static final String NEVER_SECONDS = String.valueOf(TimeUnit.DAYS.toSeconds(20_000));

    private final ClusterSettings settings;
    private final Identity identity;
    private final OwnAddress address;
    private final HazelcastInstance hazelcast;

    private Cluster(ClusterSettings settings, Identity identity, OwnAddress address, HazelcastInstance hazelcast) {
        this.settings = settings;
        this.identity = identity;
        this.address = address;
        this.hazelcast = hazelcast;
    }

    /** It is not possible to be a member; the message says why and what to do. */
    public static final class JoinException extends Exception {
        private static final long serialVersionUID = 1L;

        JoinException(String message) {
            super(message);
        }

        JoinException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * For the process that plans and commits, of which there is one in a cluster. Blocks for some seconds.
     *
     * @throws JoinException when there is another one, or see {@link #join}
     */
    public static Cluster ofService(ClusterSettings settings) throws JoinException {
        Cluster cluster = join(settings, Identity.of(settings.secret()), Role.SERVICE);
        long end = System.nanoTime() + GONE.toNanos();
        boolean waits = false;
        // Perhaps one that was killed a moment ago, so that the others have not noticed yet.
        for (List<String> others = cluster.otherServices(); !others.isEmpty(); others = cluster.otherServices()) {
            if (System.nanoTime() > end) {
                cluster.close();
                throw new JoinException(
                        "There is a HubStorage service in this cluster already (%s), and a second one would register the same addresses. Stop that one first; or make this one a worker (HUBSTORAGE_ROLE=worker); or give it a cluster of its own, by another HUBSTORAGE_CLUSTER and HUBSTORAGE_CLUSTER_SECRET."
                                .formatted(String.join(", ", others)));
            }
            if (!waits) {
                LOG.info("There is a service in this cluster already ({}); waiting whether it goes", others.getFirst());
                waits = true;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                cluster.close();
                throw new JoinException("interrupted while it was waited for another service to go", e);
            }
        }
        return cluster;
    }

    /**
     * Finds the others, and is one of them, or alone as long as there are none. Blocks for some seconds.
     *
     * @throws JoinException when the port is taken, or the address is not one of this machine
     */
    static Cluster join(ClusterSettings settings, Identity identity, Role role) throws JoinException {
        OwnAddress address = OwnAddress.of(settings);
        String id = UUID.randomUUID().toString();
        // The same as in the configuration, for what Hazelcast logs before it has read that.
        System.setProperty(ClusterProperty.LOGGING_TYPE.getName(), "slf4j");
        try {
            HazelcastInstance hazelcast = HazelcastInstanceFactory.newHazelcastInstance(
                    config(settings, address, role, id), "hubstorage-" + id, new SecureNodes(identity));
            LOG.info(
                    "This is a member of the cluster, at {} ({} of them)",
                    new Place(address.host(), settings.port()),
                    hazelcast.getCluster().getMembers().size());
            return new Cluster(settings, identity, address, hazelcast);
        } catch (HazelcastException e) {
            throw bindFailure(e)
                    .map(reason -> new JoinException(
                            "Port %d on %s, for the other members of the cluster, cannot be listened on (%s). Choose another one by HUBSTORAGE_CLUSTER_PORT, or another address by HUBSTORAGE_CLUSTER_HOST."
                                    .formatted(settings.port(), address.bind(), reason),
                            e))
                    .orElseGet(() -> new JoinException("The cluster cannot be joined: " + e.getMessage(), e));
        } catch (IllegalStateException e) {
            // Thrown by Hazelcast where it can join nobody.
            throw new JoinException("The cluster cannot be joined: " + e.getMessage(), e);
        }
    }

    private static Optional<String> bindFailure(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof BindException) {
                return Optional.of(String.valueOf(at.getMessage()));
            }
        }
        return Optional.empty();
    }

    private static Config config(ClusterSettings settings, OwnAddress address, Role role, String id) {
        Config config = new Config().setClusterName(NAME);
        // What is known of members lies with the service alone: a worker that goes takes nothing with it.
        config.setLiteMember(role == Role.WORKER);
        config.getMemberAttributeConfig()
                .setAttribute(NODE_ID, id)
                .setAttribute(ROLE, role.name())
                .setAttribute(MEMBER_NAME, settings.name());
        network(config.getAdvancedNetworkConfig(), settings, address);
        config.getMetricsConfig().setEnabled(false);
        config.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(0)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        config.getMapConfig("__vertx.*").setBackupCount(0);
        properties().forEach((property, value) -> config.setProperty(property.getName(), value));
        return config;
    }

    /** With an endpoint for members and none for clients, whose part of Hazelcast then is neither started nor loaded. */
    private static void network(AdvancedNetworkConfig network, ClusterSettings settings, OwnAddress address) {
        network.setEnabled(true)
                .setMemberEndpointConfig(new ServerSocketEndpointConfig()
                        .setPort(settings.port())
                        .setPortAutoIncrement(false)
                        .setReuseAddress(true));
        network.getMemberAddressProviderConfig()
                .setEnabled(true)
                .setImplementation(new Addresses(
                        new InetSocketAddress(address.bind(), settings.port()),
                        new InetSocketAddress(address.host(), settings.port())));
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig()
                .setEnabled(true)
                .setConnectionTimeoutSeconds(3)
                .setMembers(settings.members().stream().map(Place::toString).toList());
    }

    private record Addresses(InetSocketAddress bind, InetSocketAddress told) implements MemberAddressProvider {
        @Override
        public InetSocketAddress getBindAddress() {
            return bind;
        }

        @Override
        public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
            return bind;
        }

        @Override
        public InetSocketAddress getPublicAddress() {
            return told;
        }

        @Override
        public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
            return told;
        }
    }

    private static Map<HazelcastProperty, String> properties() {
        return Map.ofEntries(
                Map.entry(ClusterProperty.PHONE_HOME_ENABLED, "false"),
                Map.entry(ClusterProperty.LOGGING_TYPE, "slf4j"),
                Map.entry(ClusterProperty.SHUTDOWNHOOK_ENABLED, "false"),
                Map.entry(ClusterProperty.MOBY_NAMING_ENABLED, "false"),
                Map.entry(ClusterProperty.PREFER_IPv4_STACK, "false"),
                Map.entry(ClusterProperty.SOCKET_BIND_ANY, "false"),
                Map.entry(ClusterProperty.SOCKET_SERVER_BIND_ANY, "false"),
                Map.entry(ClusterProperty.SOCKET_CLIENT_BIND, "false"),
                Map.entry(ClusterProperty.SOCKET_CONNECT_TIMEOUT_SECONDS, "3"),
                Map.entry(ClusterProperty.WAIT_SECONDS_BEFORE_JOIN, "0"),
                Map.entry(ClusterProperty.MAX_WAIT_SECONDS_BEFORE_JOIN, "1"),
                Map.entry(ClusterProperty.MAX_JOIN_SECONDS, "15"),
                Map.entry(ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS, NEVER_SECONDS),
                Map.entry(ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS, NEVER_SECONDS),
                Map.entry(ClusterProperty.TCP_PREVIOUSLY_JOINED_MEMBER_ADDRESS_RETENTION_DURATION, "0"),
                Map.entry(ClusterProperty.HEARTBEAT_INTERVAL_SECONDS, "1"),
                Map.entry(ClusterProperty.MAX_NO_HEARTBEAT_SECONDS, "10"),
                Map.entry(ClusterProperty.OPERATION_CALL_TIMEOUT_MILLIS, "10000"),
                Map.entry(ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT, "2"),
                Map.entry(ClusterProperty.PARTITION_COUNT, "11"),
                Map.entry(ClusterProperty.PARTITION_OPERATION_THREAD_COUNT, "2"),
                Map.entry(ClusterProperty.GENERIC_OPERATION_THREAD_COUNT, "2"),
                Map.entry(ClusterProperty.RESPONSE_THREAD_COUNT, "1"),
                Map.entry(ClusterProperty.IO_THREAD_COUNT, "1"),
                Map.entry(ClusterProperty.EVENT_THREAD_COUNT, "1"),
                Map.entry(ClusterProperty.CLIENT_ENGINE_THREAD_COUNT, "1"),
                Map.entry(ClusterProperty.CLIENT_ENGINE_QUERY_THREAD_COUNT, "1"),
                Map.entry(ClusterProperty.CLIENT_ENGINE_BLOCKING_THREAD_COUNT, "1"),
                Map.entry(ClusterProperty.SLOW_OPERATION_DETECTOR_ENABLED, "false"),
                Map.entry(ClusterProperty.HEALTH_MONITORING_LEVEL, "OFF"),
                Map.entry(ClusterProperty.METRICS_ENABLED, "false"));
    }

    /** A Vert.x whose event bus reaches all members. Close it before the cluster. */
    public Future<Vertx> vertx(VertxBuilder builder, VertxOptions options) {
        return builder.with(options.setEventBusOptions(bus()))
                .withClusterManager(new HazelcastClusterManager(hazelcast))
                .buildClustered();
    }

    private EventBusOptions bus() {
        return new EventBusOptions()
                .setSsl(true)
                .setKeyCertOptions(store(identity.keyStore()))
                .setTrustOptions(store(identity.trustStore()))
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(Set.of(Identity.PROTOCOL))
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setConnectTimeout((int) TimeUnit.SECONDS.toMillis(HANDSHAKE_SECONDS))
                .setClusterPingInterval(PING_MILLIS)
                .setClusterPingReplyInterval(PING_MILLIS)
                .setHost(address.bind())
                .setPort(settings.busPort())
                .setClusterPublicHost(address.host())
                .setClusterPublicPort(settings.busPort());
    }

    private static PfxOptions store(byte[] content) {
        return new PfxOptions().setValue(Buffer.buffer(content)).setPassword(Identity.STORE_PASSWORD);
    }

    /** The other members that are services, by name and address, those that were there first before others. */
    List<String> otherServices() {
        return hazelcast.getCluster().getMembers().stream()
                .takeWhile(member -> !member.localMember())
                .filter(Cluster::isService)
                .map(member -> "%s at %s".formatted(member.getAttribute(MEMBER_NAME), place(member)))
                .toList();
    }

    /** Whether there is a service in it. */
    boolean hasService() {
        return hazelcast.getCluster().getMembers().stream().anyMatch(Cluster::isService);
    }

    private static boolean isService(Member member) {
        return Role.SERVICE.name().equals(member.getAttribute(ROLE));
    }

    private static Place place(Member member) {
        return new Place(member.getAddress().getHost(), member.getAddress().getPort());
    }

    /** Leaves it, at once as far as the others are concerned. Blocks for two seconds at most, or little more. */
    @Override
    public void close() {
        hazelcast.shutdown();
    }
}
