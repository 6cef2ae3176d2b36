package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.keys.KeyFilter;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.keys.PathAllocator;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * For a shard in the middle of a bucket: which files of shards before it stand where one of its folders would. A few LIST
 * requests and reads of the last manifest; blocking.
 */
final class PrecedingClashes {
    private final TransferMessage.Shard shard;
    private final KeyFilter filter;
    private final TransferMessage.@Nullable Source previous;
    private final S3Access s3;
    private final Requests requests;

    PrecedingClashes(
            TransferMessage.Shard shard, TransferMessage.@Nullable Source previous, S3Access s3, Requests requests) {
        this.shard = shard;
        this.filter = Differ.filter(shard);
        this.previous = previous;
        this.s3 = s3;
        this.requests = requests;
    }

    /** The allocator that knows them. */
    PathAllocator paths() throws S3Failure, IOException, InterruptedException {
        if (shard.after() == null) {
            return new PathAllocator();
        }
        List<String> earlier = new ArrayList<>();
        for (String candidate : PathAllocator.clashCandidates(shard.after())) {
            if (stands(candidate)) {
                earlier.add(candidate);
            }
        }
        return new PathAllocator(earlier);
    }

    /** Whether a file of that key is going to be in the new snapshot: it is listed, or it was held and is carried on. */
    private boolean stands(String key) throws S3Failure, IOException, InterruptedException {
        if (!key.startsWith(shard.prefix()) || !filter.accepts(key)) {
            return false;
        }
        Optional<ListedObject> listed = requests.retrying(() -> s3.listOne(shard.bucket(), key, !shard.sorted()));
        if (listed.isPresent()) {
            return !KeyPath.isDirectoryMarker(key, listed.get().size());
        }
        return !shard.options().delete()
                && previous != null
                && ManifestReader.find(Path.of(previous.manifest()), key)
                        .filter(entry -> !entry.directory())
                        .isPresent();
    }
}
