package io.hubstorage.transfer;

import io.hubstorage.config.Settings;
import io.hubstorage.s3.S3Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one S3 client, made anew when the credentials or the endpoint have changed. Call from virtual or worker threads:
 * making a client reads files. Thread-safe.
 */
final class S3Connection implements AutoCloseable {
    /** More connections than {@link RequestPermits} ever lets through. */
    static final int CONNECTIONS = 256;

    private final Supplier<Settings.Aws> settings;
    private final String version;
    private final Duration stall;
    private final List<S3Access> outdated = new ArrayList<>();
    private Settings.@Nullable Aws madeFor;
    private @Nullable S3Access access;

    S3Connection(Supplier<Settings.Aws> settings, String version, Duration stall) {
        this.settings = settings;
        this.version = version;
        this.stall = stall;
    }

    /** The client for the present settings. One got before stays usable until {@link #closeOutdated}. */
    synchronized S3Access get() {
        Settings.Aws wanted = settings.get();
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

    @Override
    public synchronized void close() {
        closeOutdated();
        if (access != null) {
            access.close();
            access = null;
        }
    }
}
