package io.hubstorage.transfer;

import io.hubstorage.config.ConfigException;
import io.hubstorage.config.Settings;
import io.hubstorage.requests.RequestPermits;
import io.hubstorage.s3.S3Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The S3 client of an account, made anew when the credentials or the endpoint have changed. Call from virtual or worker threads:
 * making a client reads files. Thread-safe.
 */
final class S3Connection implements AutoCloseable {
    /** More connections than {@link RequestPermits} ever lets through. */
    static final int CONNECTIONS = 256;

    private final Supplier<Settings.@Nullable Aws> settings;
    private final String version;
    private final Duration stall;
    private final List<S3Access> outdated = new ArrayList<>();
    private Settings.@Nullable Aws madeFor;
    private @Nullable S3Access access;

    /** @param settings null when there is no such account any more */
    S3Connection(Supplier<Settings.@Nullable Aws> settings, String version, Duration stall) {
        this.settings = settings;
        this.version = version;
        this.stall = stall;
    }

    /**
     * The client for the present settings. One got before stays usable until {@link #closeOutdated}.
     *
     * @throws ConfigException when a variable of the account is wrong
     * @throws UnknownAccountException when the configuration has no such account, and had none when this was asked before
     */
    synchronized S3Access get() {
        Settings.Aws wanted = settings.get();
        if (wanted == null) {
            // A run goes on with the account that it began with.
            if (access == null) {
                throw new UnknownAccountException();
            }
            return access;
        }
        if (access == null || !wanted.equals(madeFor)) {
            if (access != null) {
                outdated.add(access);
            }
            access = new S3Access(wanted, CONNECTIONS, version, stall);
            madeFor = wanted;
        }
        return access;
    }

    /** Closes clients of earlier settings; call when nothing is using them. */
    synchronized void closeOutdated() {
        outdated.forEach(S3Access::close);
        outdated.clear();
    }

    /** The bucket is of an account that is not in the configuration. */
    static final class UnknownAccountException extends RuntimeException {
        UnknownAccountException() {
            super("its account is not in the configuration");
        }
    }

    @Override
    public synchronized void close() {
        closeOutdated();
        if (access != null) {
            access.close();
            access = null;
        }
    }
}
