package io.hubstorage.restore.s3;

import io.hubstorage.bus.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a server was found to do with what a write asks of it: many take every header, and not all heed it.
 *
 * @param ifAbsent refuses a PUT with {@code If-None-Match: *} where something is there
 * @param ifMatch refuses a PUT with {@code If-Match} where something else is there
 * @param completesOnCondition does so too for an upload in parts
 * @param deletesOnCondition refuses a DELETE with {@code If-Match} where something else is there
 * @param md5Etags gives what was written with one PUT its MD5 as ETag
 */
record ServerAbilities(
        boolean ifAbsent,
        boolean ifMatch,
        boolean completesOnCondition,
        boolean deletesOnCondition,
        boolean md5Etags,
        Digests digests,
        Tagging tagging) {
    /** Which digests it compares with what it receives. */
    enum Digests {
        /** {@code x-amz-checksum-sha256}, and so probably the others. */
        CHECKSUMS,
        /** {@code Content-MD5} alone. */
        MD5,
        NONE
    }

    /** How it takes tags. */
    enum Tagging {
        /** With the object. */
        WITH_THE_OBJECT,
        /** With a request of their own. */
        BY_ITSELF,
        NONE
    }

    private boolean knowsConditions() {
        return ifAbsent && ifMatch;
    }

    /** Why objects with tags cannot be written, in a sentence. */
    Optional<String> tagsProblem(long tagged) {
        return tagging != Tagging.NONE || tagged == 0
                ? Optional.empty()
                : Optional.of(("There are tags on %s, and this server takes none, or the credentials may not set them."
                                + " Allow s3:PutObjectTagging, or restore without tags (--without-tags).")
                        .formatted(Sizes.objects(tagged)));
    }

    /** What a person should know of it, a sentence each. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!knowsConditions()) {
            warnings.add(
                    "This server does not heed conditional writes (If-None-Match, If-Match). What is there is looked"
                            + " at right before each write instead; what somebody writes in that moment would be"
                            + " overwritten.");
        } else if (!completesOnCondition) {
            warnings.add(
                    "This server does not heed conditions on uploads in parts. For these, what is there is looked at"
                            + " right before they are completed.");
        }
        if (digests == Digests.NONE) {
            warnings.add("This server compares no checksum with what it receives. Each object is compared with its ETag"
                    + " after it was written.");
        }
        return warnings;
    }
}
