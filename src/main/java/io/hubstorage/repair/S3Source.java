package io.hubstorage.repair;

import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BucketName;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Settings;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Sha256;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.repair.DamagedFile.Target;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.requests.RequestPermits;
import io.hubstorage.requests.Requests;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.ObjectReader;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * S3: the version of the object that the manifest names, where it names one, and else the present object if it still has the
 * manifest's ETag. What comes counts only when its SHA-256 is the manifest's. An account that cannot be reached is not asked again.
 */
final class S3Source implements Source {
    private static final String SSE_C = "x-amz-server-side-encryption-customer-algorithm";
    /** Few objects at once need few connections. */
    private static final int CONNECTIONS = 8;
    /** A body may come wrong by the way; the next one then is right. */
    private static final int READS = 2;

    private final ConfigStore config;
    private final String version;
    private final InstantSource clock;
    private final RateLimiter bandwidth = new RateLimiter(System::nanoTime);
    private final Requests requests;
    private final Map<@Nullable String, S3Access> open = new HashMap<>();
    private final Map<@Nullable String, String> down = new HashMap<>();

    /** @param program its version, for the user agent */
    S3Source(ConfigStore config, String program, InstantSource clock, RetryPolicy retries) {
        this.config = config;
        this.version = program;
        this.clock = clock;
        this.requests = new Requests(new RequestPermits(CONNECTIONS), bandwidth, retries);
    }

    @Override
    public RepairPlan.Source kind() {
        return RepairPlan.Source.S3;
    }

    /** One way to ask for it. */
    private record Way(
            String bucket, ManifestEntry entry, @Nullable String version) {
        String place() {
            return version == null
                    ? "s3://%s/%s".formatted(bucket, entry.key())
                    : "s3://%s/%s, version %s".formatted(bucket, entry.key(), version);
        }

        boolean isLike(Way other) {
            return bucket.equals(other.bucket)
                    && entry.key().equals(other.entry.key())
                    && Objects.equals(entry.etag(), other.entry.etag())
                    && Objects.equals(version, other.version);
        }
    }

    /** Versions first; of several entries of one key, each that differs. */
    private static List<Way> ways(DamagedFile file) {
        List<Way> ways = new ArrayList<>();
        for (boolean byVersion : new boolean[] {true, false}) {
            for (Target target : file.targets()) {
                String version = byVersion ? target.entry().metadata().version() : null;
                Way way = new Way(target.damage().bucket(), target.entry(), version);
                if ((version != null) == byVersion && ways.stream().noneMatch(way::isLike)) {
                    ways.add(way);
                }
            }
        }
        return ways;
    }

    @FunctionalInterface
    private interface Asking {
        String ask(Way way) throws S3Failure, UnavailableException, IOException, InterruptedException;
    }

    private static String first(DamagedFile file, Asking asking)
            throws UnavailableException, IOException, InterruptedException {
        List<String> refusals = new ArrayList<>();
        for (Way way : ways(file)) {
            try {
                return asking.ask(way);
            } catch (S3Failure failure) {
                refusals.add(String.valueOf(failure.getMessage()));
            } catch (UnavailableException failure) {
                if (!refusals.contains(String.valueOf(failure.getMessage()))) {
                    refusals.add(String.valueOf(failure.getMessage()));
                }
            }
        }
        throw new UnavailableException(String.join(" ", refusals));
    }

    @Override
    public String offer(DamagedFile file) throws UnavailableException, InterruptedException {
        try {
            return first(file, way -> {
                ObjectReader reader = reader(way);
                long size = asking(way, () -> requests.send(reader::head)).size();
                if (size != file.entry().size()) {
                    throw new UnavailableException(wrong(way, "has %d bytes".formatted(size)));
                }
                return way.place();
            });
        } catch (IOException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String fetch(DamagedFile file, FileChannel to, Runnable check)
            throws UnavailableException, IOException, InterruptedException {
        rate();
        return first(file, way -> {
            ObjectReader reader = reader(way);
            String found = "";
            for (int i = 0; i < READS && !found.equals(file.contentSha256()); i++) {
                to.truncate(0);
                found = asking(way, () -> read(reader, file.entry().size(), to, check));
            }
            if (!found.equals(file.contentSha256())) {
                throw new UnavailableException(wrong(way, "has the SHA-256 " + found));
            }
            return way.place();
        });
    }

    private static String wrong(Way way, String how) {
        return "%s is another object: it %s, which is not what the manifest says.".formatted(way.place(), how);
    }

    /** The SHA-256 of what came. What came before a connection broke need not come again. */
    private String read(ObjectReader reader, long size, FileChannel to, Runnable check)
            throws S3Failure, IOException, InterruptedException {
        MessageDigest digest = Sha256.digest();
        long[] come = {0};
        requests.<Boolean>retrying(
                () -> come[0],
                () -> requests.reading(size - come[0], allowance -> {
                    ObjectReader.Sink sink = (bytes, _) -> {
                        check.run();
                        ByteBuffer copy = bytes.duplicate();
                        digest.update(bytes);
                        come[0] += copy.remaining();
                        Durable.writeFully(to, copy);
                        allowance.more();
                    };
                    if (come[0] == 0) {
                        reader.readWhole(size, sink, allowance.counting(_ -> {}));
                    } else if (come[0] < size) {
                        reader.readRange(come[0], size - come[0], sink, allowance.counting(_ -> {}));
                    }
                    return true;
                }));
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Remembers that an account is not to be had, which would cost each file the patience for an outage. */
    private <T> T asking(Way way, RetryPolicy.Attempt<T> work) throws S3Failure, IOException, InterruptedException {
        String account = BucketName.parse(way.bucket()).account();
        try {
            return work.run();
        } catch (S3Failure failure) {
            if (failure.concernsEverything() || failure instanceof S3Failure.Auth) {
                down.put(account, String.valueOf(failure.getMessage()));
            }
            throw failure;
        }
    }

    private ObjectReader reader(Way way) throws UnavailableException {
        String account = BucketName.parse(way.bucket()).account();
        String why = down.get(account);
        if (why != null) {
            throw new UnavailableException(why);
        }
        S3Access access = access(account);
        S3Access asked = config.config().requestPayer(way.bucket()) ? access.payingRequests() : access;
        boolean withKey =
                access.hasCustomerKey() && way.entry().metadata().properties().containsKey(SSE_C);
        String etag = way.entry().etag();
        return way.version() == null
                ? asked.object(way.bucket(), way.entry().key(), etag, withKey)
                : asked.version(way.bucket(), way.entry().key(), way.version(), etag, withKey);
    }

    private S3Access access(@Nullable String account) throws UnavailableException {
        S3Access known = open.get(account);
        if (known != null) {
            return known;
        }
        try {
            Settings.Aws settings = config.aws(account);
            if (settings == null) {
                throw new UnavailableException("There is no account \"%s\" in config.json.".formatted(account));
            }
            S3Access access = new S3Access(settings, CONNECTIONS, version, S3Access.STALL);
            open.put(account, access);
            return access;
        } catch (ConfigException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()));
        }
    }

    /** As the timetable has it when a file is begun. */
    private void rate() {
        BandwidthLimit limit = config.config().bandwidthLimit(clock.instant());
        boolean _ = bandwidth.rate(limit == null ? Double.POSITIVE_INFINITY : limit.bytesPerSecond());
    }

    @Override
    public void close() {
        open.values().forEach(S3Access::close);
        open.clear();
    }
}
