package io.hubstorage.web.tls;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate by which servers of this program show who they are, always as its files have it: they are looked at every few
 * seconds, and connections that begin later get what is new. What cannot be used is not taken over; the one from before stays, and
 * {@link #problem} says so. Thread-safe.
 */
public final class ServerCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);
    /** How long after a failed try to make one the next may come. */
    private static final Duration MAKING = Duration.ofHours(1);

    private static final Duration POLL = Duration.ofSeconds(10);
    private static final long HANDSHAKE_SECONDS = 5;
    private static final int HTTPS = 443;
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");
    private static final String ONE_YEAR = "max-age=31536000";
    /** A renewal that should have come long ago: within so many days of the end, or within the last fifth of a short life. */
    private static final Duration SOON = Duration.ofDays(14);

    private static final int SHORT_LIFE = 5;

    private final Vertx vertx;
    private final ConfigStore store;
    private final Settings.Tls files;
    private final InstantSource clock;
    private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
    private final long timer;
    private volatile PemPair pair;
    /** The state of the files when they were read last, whatever came of it. */
    private volatile PemPair.Stamp seen;
    /** Why what is in the files is not served; null where it is. */
    private volatile @Nullable String refused;
    /** When a self-signed one may be made again. */
    private volatile Instant nextMaking = Instant.MIN;
    /** What the log was told last. */
    private volatile @Nullable String told;
    /** The look that is under way or was the last; each waits for the one before. */
    private Future<Void> look = Future.succeededFuture();

    /** What a look at the files brought. */
    private record Loaded(PemPair pair, PemPair.Stamp stamp) {}

    private ServerCertificate(
            Vertx vertx, ConfigStore store, Settings.Tls files, InstantSource clock, Loaded loaded, Duration poll) {
        this.vertx = vertx;
        this.store = store;
        this.files = files;
        this.clock = clock;
        this.pair = loaded.pair();
        this.seen = loaded.stamp();
        this.timer = vertx.setPeriodic(poll.toMillis(), _ -> look());
    }

    /**
     * The one that the settings name, if they name one; a self-signed one is made first where it is needed. Fails with a
     * {@link ConfigException} where the files cannot be used. To be called on a verticle's context, with which it ends.
     */
    public static Future<Optional<ServerCertificate>> open(Vertx vertx, ConfigStore store, InstantSource clock) {
        return open(vertx, store, clock, POLL);
    }

    /** @param poll how often files are looked at */
    static Future<Optional<ServerCertificate>> open(
            Vertx vertx, ConfigStore store, InstantSource clock, Duration poll) {
        Settings.Tls files = store.settings().tls();
        if (files == null) {
            return Future.succeededFuture(Optional.empty());
        }
        return vertx.executeBlocking(() -> load(vertx, store, files, clock.instant()), false)
                .map(loaded -> new ServerCertificate(vertx, store, files, clock, loaded, poll))
                .onSuccess(ServerCertificate::tell)
                .map(Optional::of)
                .recover(failure -> Future.failedFuture(
                        failure instanceof IOException unmade
                                ? new ConfigException(List.of(new Problem(
                                        "HUBSTORAGE_TLS",
                                        "no self-signed certificate can be made (%s)".formatted(unmade.getMessage()),
                                        "a configuration folder that can be written, or a certificate of your own by "
                                                + PemPair.CERTIFICATE)))
                                : failure));
    }

    private static Loaded load(Vertx vertx, ConfigStore store, Settings.Tls files, Instant now) throws IOException {
        if (files.selfSigned()) {
            makeFirst(vertx, store, files, now);
        }
        return read(vertx, files);
    }

    private static Loaded read(Vertx vertx, Settings.Tls files) {
        // Before they are read: what changes meanwhile shows at the next look.
        PemPair.Stamp stamp = PemPair.Stamp.of(files);
        Loaded loaded = new Loaded(PemPair.read(vertx, files), stamp);
        if (PemPair.isOpenToOthers(files.key())) {
            LOG.warn("Others than its owner can read the key of the certificate: chmod 600 {}", files.key());
        }
        return loaded;
    }

    private static void makeFirst(Vertx vertx, ConfigStore store, Settings.Tls files, Instant now) throws IOException {
        X509Certificate old = null;
        try {
            old = PemPair.read(vertx, files).own();
        } catch (ConfigException e) {
            // There is none yet, or none that can be used: it is ours to make.
            LOG.debug("No self-signed certificate can be used", e);
        }
        try {
            if (old == null || SelfSigned.expires(old, now) || !SelfSigned.isFor(old, names(store))) {
                make(store, files);
            }
        } catch (IOException e) {
            if (old == null) {
                throw e;
            }
            LOG.warn("{}", unmade(e));
        }
    }

    private static void make(ConfigStore store, Settings.Tls files) throws IOException {
        Set<String> names = names(store);
        SelfSigned.make(files, names);
        LOG.info("A self-signed certificate was made, for {}: {}", String.join(", ", names), files.certificate());
    }

    private static String unmade(IOException e) {
        return "No further self-signed certificate can be made (%s); the one from before is served".formatted(e);
    }

    /** All that is known of the names under which browsers come. */
    private static Set<String> names(ConfigStore store) {
        Set<String> names = new TreeSet<>(Set.of("localhost", "127.0.0.1", "::1"));
        Settings settings = store.settings();
        String host = settings.web().host();
        if (!host.equals("0.0.0.0") && !host.equals("::")) {
            names.add(host);
        }
        names.addAll(settings.web().allowedHosts());
        publicUrl(store).map(URI::getHost).ifPresent(names::add);
        // A container's is made up, and another one each time.
        if (!settings.dockerMode()) {
            try {
                names.add(InetAddress.getLocalHost().getHostName());
            } catch (UnknownHostException e) {
                LOG.debug("This machine has no name of its own", e);
            }
        }
        return names.stream().map(SelfSigned::normal).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Where the dashboard is reached, by the configuration. */
    private static Optional<URI> publicUrl(ConfigStore store) {
        try {
            return Optional.ofNullable(store.config().notifications().publicUrl())
                    .map(URI::create)
                    .filter(url -> "https".equalsIgnoreCase(url.getScheme()) && url.getHost() != null);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Has a server that is not listening yet speak TLS alone, 1.2 or newer. */
    public HttpServerOptions secure(HttpServerOptions options) {
        options.setSsl(true)
                .setKeyCertOptions(pair.options())
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
        return options;
    }

    /** Gives a server that {@link #secure} has prepared, and that listens, each further certificate. */
    public void keepCurrent(HttpServer server) {
        // One after the other with what is taken over, or an older pair could come last.
        synchronized (servers) {
            servers.add(server);
            // What came between the two.
            update(server, pair);
        }
    }

    private static Future<?> update(HttpServer server, PemPair pair) {
        ServerSSLOptions options = new ServerSSLOptions();
        options.setKeyCertOptions(pair.options())
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
        return server.updateSSLOptions(options)
                .onFailure(failure -> LOG.error("A server could not be given the new certificate", failure));
    }

    /** Looks at the files now, and takes over what is new in them; never fails. */
    public synchronized Future<Void> look() {
        Promise<Void> done = Promise.promise();
        look.onComplete(_ -> lookNow().onComplete(_ -> done.complete()));
        look = done.future();
        return look;
    }

    private Future<Void> lookNow() {
        return vertx.executeBlocking(this::changed, false)
                .onFailure(failure -> refused = sentence(failure))
                .compose(loaded -> loaded.map(this::takeOver).orElseGet(Future::succeededFuture))
                .onComplete(_ -> tell());
    }

    /** What the files have where that is new; what was refused is tried again, since a mode or a disk may have been put right. */
    private Optional<Loaded> changed() {
        Instant now = clock.instant();
        boolean made = files.selfSigned()
                && !now.isBefore(nextMaking)
                // A further name waits for a start: whoever was given this one goes by it.
                && SelfSigned.expires(pair.own(), now)
                && makeAgain(now);
        PemPair.Stamp stamp = PemPair.Stamp.of(files);
        if (!made && refused == null && stamp.equals(seen)) {
            return Optional.empty();
        }
        seen = stamp;
        return Optional.of(read(vertx, files));
    }

    private boolean makeAgain(Instant now) {
        nextMaking = now.plus(MAKING);
        try {
            make(store, files);
            return true;
        } catch (IOException e) {
            LOG.warn("{}", unmade(e));
            return false;
        }
    }

    private Future<Void> takeOver(Loaded loaded) {
        seen = loaded.stamp();
        refused = null;
        if (loaded.pair().options().equals(pair.options())) {
            return Future.succeededFuture();
        }
        PemPair before = pair;
        Future<?> updated;
        synchronized (servers) {
            pair = loaded.pair();
            updated = Future.join(servers.stream()
                    .map(server -> update(server, loaded.pair()))
                    .toList());
        }
        return updated.onSuccess(_ -> LOG.info(
                        "A new certificate is served, valid until {}",
                        loaded.pair().own().getNotAfter().toInstant()))
                .onFailure(failure -> {
                    // The next look tries again.
                    pair = before;
                    refused = sentence(failure);
                })
                .mapEmpty();
    }

    private String sentence(Throwable failure) {
        String why = failure instanceof ConfigException wrong
                ? wrong.problems().stream().map(Problem::found).collect(Collectors.joining("; "))
                : String.valueOf(failure.getMessage());
        return "The certificate in %s is not taken over: %s. The one from before is still served, valid until %s."
                .formatted(files.certificate(), why, pair.own().getNotAfter().toInstant());
    }

    /** What is wrong with the certificate, in sentences; empty where nothing is. */
    public Optional<String> problem() {
        String why = refused;
        return why == null ? expiry() : Optional.of(why);
    }

    private Optional<String> expiry() {
        X509Certificate own = pair.own();
        Instant now = clock.instant();
        Instant end = own.getNotAfter().toInstant();
        Instant begin = own.getNotBefore().toInstant();
        Duration life = Duration.between(begin, end).dividedBy(SHORT_LIFE);
        Duration soon = life.compareTo(SOON) < 0 ? life : SOON;
        String remedy = "Put a new one into %s, with its key; it is taken over at once.".formatted(files.certificate());
        if (now.isBefore(begin)) {
            return Optional.of("The certificate is not valid before %s, so browsers refuse it.".formatted(begin));
        }
        if (!now.isBefore(end)) {
            return Optional.of("The certificate has expired on %s, so browsers refuse it. %s".formatted(end, remedy));
        }
        return now.plus(soon).isBefore(end)
                ? Optional.empty()
                : Optional.of("The certificate expires on %s. %s".formatted(end, remedy));
    }

    /** Each problem once, and that it is over. */
    private void tell() {
        String problem = problem().orElse(null);
        if (problem != null && !problem.equals(told)) {
            LOG.warn("{}", problem);
        } else if (problem == null && told != null) {
            LOG.info("The certificate is well again");
        }
        told = problem;
    }

    /**
     * Browsers that have come by the host's own port for https come by no other way for a year. Not with a self-signed certificate,
     * which they would let nobody accept any more; and not where the address has a port, since they would ask all other servers of
     * that host for https too.
     */
    public Handler<RoutingContext> strictTransport() {
        return context -> {
            HostAndPort host = context.request().authority();
            boolean own = host != null && (host.port() < 0 || host.port() == HTTPS);
            if (own && !files.selfSigned() && context.request().isSSL()) {
                context.response().putHeader("Strict-Transport-Security", ONE_YEAR);
            }
            context.next();
        };
    }

    /** Whether it is for that host, by a wildcard or as it is. */
    boolean isFor(String host) {
        String name = SelfSigned.normal(host);
        Set<String> names = SelfSigned.names(pair.own());
        int dot = name.indexOf('.');
        return names.contains(name) || (dot > 0 && names.contains('*' + name.substring(dot)));
    }

    /** The port that browsers come by, where it is another one than what is listened on: that of {@code notify.public_url}. */
    Optional<Integer> publicPort() {
        return publicUrl(store).map(url -> url.getPort() < 0 ? HTTPS : url.getPort());
    }

    /** Whether the configuration says that browsers come by that name. */
    boolean isPublic(String host) {
        return publicUrl(store)
                .filter(url -> host.equalsIgnoreCase(url.getHost()))
                .isPresent();
    }

    /** Looks no more. */
    public void close() {
        vertx.cancelTimer(timer);
    }
}
