package io.hubstorage.s3;

import io.hubstorage.config.Settings;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Where the credentials come from: the settings' keys, else the named profile, else the SDK's default chain. Resolving may
 * read files and ask the network, so it belongs on a virtual or worker thread.
 */
final class CredentialSource implements AwsCredentialsProvider, AutoCloseable {
    private static final String DEFAULT_PROFILE = "default";
    private static final String DEFAULT_CHAIN = "default chain";

    private final AwsCredentialsProvider provider;
    private final String name;
    private final String advice;
    private volatile @Nullable String found;

    private CredentialSource(AwsCredentialsProvider provider, String name, String advice) {
        this.provider = provider;
        this.name = name;
        this.advice = advice;
    }

    /** Chooses; profile files are read here. */
    static CredentialSource of(Settings.Aws aws) {
        String access = aws.accessKeyId();
        String secret = aws.secretAccessKey();
        if (access != null && secret != null) {
            AwsCredentials keys = aws.sessionToken() == null
                    ? AwsBasicCredentials.create(access, secret)
                    : AwsSessionCredentials.create(access, secret, aws.sessionToken());
            return new CredentialSource(StaticCredentialsProvider.create(keys), "AWS_ACCESS_KEY_ID", "");
        }
        if (access != null || secret != null) {
            String missing = access == null ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
            return new CredentialSource(
                    () -> {
                        throw new Missing(missing + " is not set, only its other half is; set both", null);
                    },
                    "AWS_ACCESS_KEY_ID",
                    "");
        }
        String profile = aws.profile();
        if (profile != null && (!profile.equals(DEFAULT_PROFILE) || hasProfile(profile))) {
            return new CredentialSource(
                    ProfileCredentialsProvider.create(profile),
                    "profile " + profile,
                    "check that the profile \"" + profile
                            + "\" is in ~/.aws/config or ~/.aws/credentials and complete");
        }
        return new CredentialSource(
                DefaultCredentialsProvider.builder().build(),
                DEFAULT_CHAIN,
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in .env, or AWS_PROFILE, or attach a role to this"
                        + " machine");
    }

    private static boolean hasProfile(String profile) {
        return ProfileFile.defaultProfileFile().profile(profile).isPresent();
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            AwsCredentials credentials = provider.resolveCredentials();
            found = credentials.providerName().orElse(null);
            return credentials;
        } catch (SdkException | IllegalStateException | IllegalArgumentException failure) {
            throw new Missing("no credentials were found (" + name + "); " + advice(), failure);
        }
    }

    /** What was used, for people; names the link of the default chain once credentials were found. */
    String description() {
        String link = name.equals(DEFAULT_CHAIN) ? link(found) : "";
        return link.isEmpty() ? name : name + ": " + link;
    }

    /** The SDK names its providers by the codes it reports to AWS; a chain of them is joined by commas. */
    private static String link(@Nullable String codes) {
        return switch (codes == null ? "" : codes.split(",", 2)[0]) {
            case "f" -> "Java system properties";
            case "g" -> "process environment";
            case "h", "k" -> "web identity token";
            case "n", "o", "p", "q", "r", "t", "v", "AC" -> "default profile";
            case "z" -> "role of the container";
            case "0" -> "role of the machine";
            default -> "";
        };
    }

    /** What to do when there are none. */
    String advice() {
        return advice.isEmpty() ? "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" : advice;
    }

    @Override
    public void close() {
        if (provider instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }

    /** There are no credentials; the message says what to do. */
    static final class Missing extends RuntimeException {
        Missing(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
