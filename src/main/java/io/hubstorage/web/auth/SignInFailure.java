package io.hubstorage.web.auth;

import org.jspecify.annotations.Nullable;

/** Why somebody did not come in by way of a provider, in a sentence for the page of the login. */
public final class SignInFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;
    private final @Nullable String who;

    private SignInFailure(int status, String sentence, String reason, @Nullable String who) {
        // Nobody reads where it came from.
        super(sentence, null, false, false);
        this.status = status;
        this.reason = reason;
        this.who = who;
    }

    /** The provider does not answer, or not as one: whoever asks has done nothing wrong. */
    public static SignInFailure unavailable(String sentence) {
        return new SignInFailure(503, sentence, sentence, null);
    }

    /**
     * What came back proves nothing.
     *
     * @param reason for the log alone
     */
    public static SignInFailure unproven(String sentence, String reason) {
        return new SignInFailure(401, sentence, reason, null);
    }

    /** It is known who it is, and they have no role. */
    public static SignInFailure withoutRole(String sentence, String who) {
        return new SignInFailure(403, sentence, who + " has no role", who);
    }

    /** The sentence. */
    public String sentence() {
        return String.valueOf(getMessage());
    }

    /** As of HTTP. */
    public int status() {
        return status;
    }

    /** For the log. */
    String reason() {
        return reason;
    }

    /** Null where nobody knows. */
    @Nullable
    String who() {
        return who;
    }

    boolean isTheirFault() {
        return status < 500;
    }
}
