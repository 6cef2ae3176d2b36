package io.hubstorage.restore.s3;

import io.hubstorage.restore.targets.Target.TargetException;
import io.hubstorage.s3.S3Failure;

/** What a failure of S3 means to a restore, and what a person can do. */
final class FailureWords {
    private FailureWords() {}

    static TargetException told(S3Failure failure) {
        return new TargetException(
                failure.code().isEmpty() ? failure.kind().word() : failure.code(),
                sentence(failure),
                failure.mayPass(),
                concernsAll(failure),
                failure);
    }

    private static boolean concernsAll(S3Failure failure) {
        return failure.concernsEverything()
                || failure instanceof S3Failure.Auth
                || failure.kind() == S3Failure.Kind.NO_SUCH_BUCKET
                || failure.kind() == S3Failure.Kind.CLOSED
                || failure.kind() == S3Failure.Kind.TLS;
    }

    /** With what to do where that is another thing than for a backup. */
    static String sentence(S3Failure failure) {
        if (failure.kind() == S3Failure.Kind.ACCESS_DENIED) {
            return "Writing is not allowed (%s); the credentials of the restore (RESTORE_AWS_*, else AWS_*) need s3:ListBucket on"
                            .formatted(failure.inShort())
                    + " the bucket and s3:PutObject, s3:GetObject, s3:DeleteObject, s3:AbortMultipartUpload, and"
                    + " s3:PutObjectTagging and s3:GetObjectTagging for tags, on its objects.";
        }
        String message = String.valueOf(failure.getMessage());
        return failure.code().equals("InvalidStorageClass")
                ? message + " Choose one that the server has (--storage-class STANDARD)."
                : message;
    }
}
