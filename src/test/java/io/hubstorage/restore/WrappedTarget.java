package io.hubstorage.restore;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.restore.targets.Target;
import java.io.IOException;
import java.util.Optional;

/** A target that does what another does. */
public class WrappedTarget implements Target {
    final Target inner;

    public WrappedTarget(Target inner) {
        this.inner = inner;
    }

    @Override
    public Checked check(Demand demand) throws IOException, InterruptedException {
        return inner.check(demand);
    }

    @Override
    public void requireBegun() throws TargetException {
        inner.requireBegun();
    }

    @Override
    public void prepare() throws TargetException, IOException, InterruptedException {
        inner.prepare();
    }

    @Override
    public Names names(Keys keys) throws IOException {
        return inner.names(keys);
    }

    @Override
    public Optional<String> refuses(String name, ManifestEntry entry) {
        return inner.refuses(name, entry);
    }

    @Override
    public long requests(ManifestEntry entry) {
        return inner.requests(entry);
    }

    @Override
    public Listing list(String prefix) throws TargetException, IOException, InterruptedException {
        return inner.list(prefix);
    }

    @Override
    public Optional<Found> find(String key, String name) throws TargetException, IOException, InterruptedException {
        return inner.find(key, name);
    }

    @Override
    public boolean isSame(Found found, ManifestEntry entry) {
        return inner.isSame(found, entry);
    }

    @Override
    public Written write(String name, ManifestEntry entry, Source source, Condition condition)
            throws ConflictException, TargetException, IOException, InterruptedException {
        return inner.write(name, entry, source, condition);
    }

    @Override
    public Optional<Written> holds(String name, ManifestEntry entry)
            throws TargetException, IOException, InterruptedException {
        return inner.holds(name, entry);
    }

    @Override
    public void delete(Found expected) throws ConflictException, TargetException, IOException, InterruptedException {
        inner.delete(expected);
    }

    @Override
    public void sync() throws TargetException, IOException {
        inner.sync();
    }

    @Override
    public int atOnce() {
        return inner.atOnce();
    }

    @Override
    public Thread.Builder threads() {
        return inner.threads();
    }

    @Override
    public void clear() throws TargetException, IOException, InterruptedException {
        inner.clear();
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }
}
