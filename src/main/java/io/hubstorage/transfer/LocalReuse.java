package io.hubstorage.transfer;

import io.hubstorage.integrity.BodyVerifier;
import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.integrity.DeclaredChecksum.Declared;
import io.hubstorage.integrity.PartSizeInference;
import io.hubstorage.integrity.VerifiedBody;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a file that is on the disk already in the place of a download, if it holds what S3 lists. Thread-safe. */
final class LocalReuse {
    private static final Logger LOG = LoggerFactory.getLogger(LocalReuse.class);

    private final Shard shard;
    private final TreeWriter tree;
    private final PartSizeInference guesses;

    LocalReuse(Shard shard, TreeWriter tree, PartSizeInference guesses) {
        this.shard = shard;
        this.tree = tree;
        this.guesses = guesses;
    }

    /**
     * Takes the task's candidate, if that is right. One of an earlier pass is in the tree then; one of the last
     * snapshot is linked from there later.
     *
     * @param metadata what the server may be asked about the object
     * @return the manifest line of it; null when the object must be downloaded
     */
    @Nullable
    ManifestEntry take(FetchTask task, FetchTask.Candidate candidate, ObjectMetadata metadata)
            throws S3Failure, IOException, InterruptedException {
        Shard.Source source = shard.sources().get(candidate.source());
        ManifestEntry known = candidate.entry();
        EntryState state = source.previous() ? EntryState.LINKED : known.state();
        String path = task.path(known.stored());
        ManifestEntry as = known.withPath(path).withState(state);
        if (known.directory()) {
            tree.folder(task.path());
            return metadata.refreshed(as);
        }
        Path file = source.file(known);
        try {
            VerifiedBody proven = proven(file, task.object(), candidate, metadata);
            if (proven == null) {
                return null;
            }
            ManifestEntry adopted = source.previous() && !candidate.trusted()
                    ? task.entry(proven)
                            .withStored(known.stored())
                            .withPath(path)
                            .withState(state)
                    : metadata.refreshed(as);
            if (adopted != null && source.previous()) {
                // Linked later, with all that stays; what is damaged must be known now, when it can be downloaded.
                tree.sources().look(file, known);
            } else if (adopted != null) {
                tree.adopt(file, known, path);
            }
            return adopted;
        } catch (SourceFiles.DamagedException e) {
            LOG.warn("{} is downloaded again: {}", task.key(), e.getMessage());
            return null;
        }
    }

    private @Nullable VerifiedBody proven(
            Path file, ListedObject object, FetchTask.Candidate candidate, ObjectMetadata metadata)
            throws IOException, InterruptedException {
        if (!tree.sources().isOwn(file)) {
            return null;
        }
        String sha256 = candidate.entry().sha256();
        String verified = candidate.entry().verified();
        if (candidate.trusted()) {
            return new VerifiedBody(sha256, verified);
        }
        VerifiedBody found = sha256 == null
                ? compare(file, object, metadata)
                : SourceFiles.sha256(file).equals(candidate.entry().fileSha256())
                        ? new VerifiedBody(sha256, verified)
                        : null;
        if (found == null) {
            LOG.warn("{} does not hold what S3 lists: it is downloaded again", file);
        }
        return found;
    }

    /** Only of a file without a hash: one of our own tells more than an ETag, which need not be a digest. */
    private @Nullable VerifiedBody compare(Path file, ListedObject object, ObjectMetadata metadata)
            throws IOException, InterruptedException {
        Declared listed = DeclaredChecksum.ofEtag(object.etag());
        if (listed.sayWhole()) {
            VerifiedBody proven = compare(file, object, listed, metadata);
            if (proven != null) {
                return proven;
            }
        }
        // The listing does not tell whether the ETag of an encrypted object only looks like an MD5.
        ObjectHead head = listed.sayWhole() || object.size() > ObjectFetch.SMALL ? metadata.head() : null;
        if (listed.sayWhole() && (head == null || head.etagIsDigest())) {
            return null;
        }
        return compare(file, object, head == null ? listed : DeclaredChecksum.of(head), metadata);
    }

    private @Nullable VerifiedBody compare(Path file, ListedObject object, Declared claims, ObjectMetadata metadata)
            throws IOException, InterruptedException {
        BodyVerifier proof = new BodyVerifier(file.toString(), claims, object.size(), guesses, metadata, null);
        SourceFiles.feed(file, proof);
        try {
            String verified = proof.verdict(sink -> SourceFiles.feed(file, sink));
            return new VerifiedBody(proof.sha256(), verified, null, proof.parts());
        } catch (S3Failure otherwise) {
            return null;
        }
    }
}
